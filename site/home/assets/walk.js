/* A case on its way through SOPs, by the same rules as `sopctl walk`.
 *
 * A walk begins at the start and goes on as long as there are answers: they are the whole state.
 * An answer is a text: "." a step is done, "~value" a fact or an answer, "*outcome" what a call came
 * back with ("*" alone goes through its steps), "!depth.number" an escalation that takes the case away.
 * Nothing here knows of a page.
 */
"use strict";
(() => {
  // What a walk goes by

  const sops = new Map();

  /** Takes the data of one SOP; its script calls this. */
  function add(data) {
    const named = { ...data, own: new Set(data.own) };
    for (const name of ["steps", "outcomes", "facts", "others", "calendars"]) named[name] = new Map(data[name]);
    for (const step of named.steps.values()) {
      step.answers = new Map(step.answers);
      step.on = step.on && new Map(step.on);
    }
    sops.set(data.id, Object.freeze(named));
  }

  // One case on its way: `walk` and its rules

  const UNBOUNDED = 100, LONGEST = 2000, DEEPEST = 50;
  const UNREADABLE = "?";
  const ENDED = ["outcome", "hand-off"];
  const WAITING = ["fact", "answer", "call", "pause", "unloaded"];
  const REFUSED = ["value", "no-such-answer", "no-such-outcome"];

  /** Take a case through a SOP as far as the answers lead. `given` are facts that it brings along. */
  function walk(sop, answers = [], given = []) {
    const walker = new Walker(sop, answers, new Map(given));
    let to = walker.start(sop);
    while (!walker.stop) {
      try {
        to = walker.go(to);
      } catch (event) {
        if (!(event instanceof Interruption)) throw event;
        to = walker.interrupt(event);
      }
    }
    return walker;
  }

  /** Something happens that takes the case elsewhere. */
  class Interruption {
    constructor(depth, number) {
      Object.assign(this, { depth, number });
    }
  }

  class Walker {
    constructor(sop, answers, given) {
      this.answers = answers;
      this.used = 0; // answers that were needed so far
      this.trail = [];
      this.frames = [{ sop, facts: given, visits: new Map(), caller: -1 }];
      this.turnedAway = new Set(); // full steps that the case came to since it last entered one
    }

    get frame() { return this.frames.at(-1); }
    get sop() { return sops.get(this.frame.sop); }
    get visit() { return this.trail.at(-1); }
    get ended() { return ENDED.includes(this.stop.why); }
    get waits() { return WAITING.includes(this.stop.why); }

    /** Open a SOP in the frame on top. */
    start(sop) {
      this.frame.sop = sop;
      if (!sops.has(sop)) return this.halt("unloaded", sop);
      return this.sop.first ?? this.halt("unreadable", sop);
    }

    /** Come to a target: a step, an outcome or another SOP. */
    go(to) {
      let id = to, step = this.sop.steps.get(id);
      while (step && step.at_most !== undefined && this.entered(id) >= step.at_most) {
        const place = `${this.frames.length} ${this.frame.sop}#${id}`; // each call has counts of its own
        if (this.turnedAway.has(place)) return this.halt("loop", id);
        this.turnedAway.add(place);
        this.visit?.full.push([this.frame.sop, id, step.at_most]);
        id = step.after_that ?? UNREADABLE;
        step = this.sop.steps.get(id);
      }
      return step ? this.enter(id, step) : this.leave(id);
    }

    entered(id) { return this.frame.visits.get(`${this.frame.sop}#${id}`) ?? 0; }

    enter(id, step) {
      const count = this.entered(id) + 1;
      if ((count > UNBOUNDED && step.at_most === undefined) || this.trail.length >= LONGEST) return this.halt("loop", id);
      this.frame.visits.set(`${this.frame.sop}#${id}`, count);
      const visit = {
        sop: this.frame.sop, id, step, depth: this.frames.length - 1, from: this.used,
        asked: new Map(), case: new Map(), full: [], within: [],
      };
      this.trail.push(visit);
      this.turnedAway.clear();
      const { facts } = this.frame;
      const next = this.do(visit, step);
      visit.within = possible(step.within ?? [], facts);
      if (this.stop) return "";
      const silent = !visit.asked.size && !visit.answer && !visit.outcome && !visit.walked;
      if (silent && this.next(".") === undefined) return this.halt("pause", id);
      return this.onward(visit, next);
    }

    onward(visit, to) {
      visit.to = to;
      return to && to !== UNREADABLE ? to : this.halt(to ? "unreadable" : "dead-end", visit.id);
    }

    do(visit, step) {
      if (step.unreadable) return UNREADABLE;
      for (const id of step.asks ?? []) {
        this.frame.facts.delete(id);
        if (!this.askFact(visit, id)) return "";
      }
      if (step.rows) return this.decide(visit, step);
      if (step.ask) return this.put(visit, step);
      if (step.call) return this.call(visit, step);
      return step.next ?? "";
    }

    // Facts and tables

    askFact(visit, id) {
      const value = this.next("~");
      if (value === undefined) return this.halt("fact", id);
      const fact = this.sop.facts.get(id);
      if (!fact || !fits(fact, value)) return this.halt(fact ? "value" : "unreadable", id, value);
      visit.asked.set(id, value);
      this.frame.facts.set(id, value);
      return true;
    }

    decide(visit, step) {
      const { facts } = this.frame;
      let chosen;
      while ((chosen = choose(step, facts)).lacking) {
        visit.case = known(step, facts);
        if (!this.askFact(visit, chosen.lacking)) return "";
      }
      visit.case = known(step, facts);
      if (chosen.clash) return this.halt("two-rows", visit.id, chosen.clash);
      if (chosen.row < 0) return this.halt("no-row", visit.id);
      visit.row = chosen.row;
      const row = step.rows[chosen.row];
      for (const [id, value] of row.set ?? []) {
        const fact = this.sop.facts.get(id);
        if (!fact || !fits(fact, value)) return UNREADABLE;
        facts.set(id, value);
      }
      return row.to ?? step.next ?? "";
    }

    // Questions, calls and ends

    put(visit, step) {
      if (!step.answers.size) return UNREADABLE;
      const answer = this.next("~");
      if (answer === undefined) return this.halt("answer", visit.id);
      visit.answer = answer;
      if (!step.answers.has(answer)) return this.halt("no-such-answer", visit.id, answer);
      return step.answers.get(answer) ?? UNREADABLE;
    }

    call(visit, step) {
      const outcome = this.next("*");
      if (outcome === undefined) return this.halt("call", visit.id);
      if (outcome) {
        visit.outcome = outcome;
        if (!told(visit)) return this.halt("no-such-outcome", visit.id, outcome);
        return this.returned(visit, outcome);
      }
      if (this.frames.length > DEEPEST) return this.halt("loop", visit.id);
      visit.walked = true;
      this.frames.push({ sop: step.call.id, facts: this.shared(), visits: new Map(), caller: this.trail.length - 1 });
      return this.start(step.call.id);
    }

    returned({ id, step }, outcome) {
      if (!step.on) return step.next ?? "";
      const end = step.on.has(outcome) ? outcome : "otherwise";
      return step.on.has(end) ? step.on.get(end) ?? UNREADABLE : this.halt("unhandled", id, outcome);
    }

    /** Come to an end of the SOP: an outcome, or another SOP that takes over. */
    leave(to) {
      const inside = this.frames.length > 1;
      if (this.sop.outcomes.has(to)) return inside ? this.comeBack(to) : this.halt("outcome", to);
      if (!/^[A-Z]/.test(to)) return this.halt("unreadable", to);
      if (!inside) return this.halt("hand-off", to);
      this.frame.facts = this.shared();
      return this.start(to);
    }

    shared() { return new Map([...this.frame.facts].filter(([id]) => !this.sop.own.has(id))); }

    comeBack(outcome) {
      const visit = this.trail[this.pop()];
      visit.outcome = outcome;
      const to = this.returned(visit, outcome);
      return this.stop ? "" : this.onward(visit, to);
    }

    /** Close the SOP on top; the shared facts go on. Tells the visit that had called it. */
    pop() {
      const shared = this.shared(), { caller } = this.frames.pop();
      const own = [...this.frame.facts].filter(([id]) => this.sop.own.has(id));
      this.frame.facts = new Map([...shared, ...own]);
      return caller;
    }

    interrupt({ depth, number }) {
      const frame = this.frames[depth], each = frame && sops.get(frame.sop)?.escalations?.[number];
      if (!each?.to) return this.halt("value", "", `!${depth}.${number}`);
      if (this.visit) Object.assign(this.visit, { left: each.words, to: each.to });
      while (this.frames.length > depth + 1) this.pop();
      return each.to;
    }

    /** The next answer, where it is one of a kind; undefined where nobody has given it yet. */
    next(kind) {
      const said = this.answers[this.used];
      if (said === undefined) return undefined;
      this.used += 1;
      if (said[0] === "!") throw new Interruption(...said.slice(1).split(".").map(Number));
      if (said[0] === kind) return said.slice(1);
      return this.halt("value", "", said) || undefined;
    }

    halt(why, name, value) {
      this.stop ??= { why, name, value };
      return "";
    }
  }

  /** What can be told of the outcome that a call came back with: id, title, notice. */
  const told = ({ step, outcome }) => step.call?.ends?.find(([end]) => end === outcome);

  // One decision table, and one case put to it

  function choose({ rows, policy }, facts) {
    let taken = -1, lacking = "", otherwise = -1;
    for (const [i, row] of rows.entries()) {
      if (row.otherwise) {
        otherwise = i;
        continue;
      }
      const tests = row.when ?? [];
      if (tests.some(([id, passing]) => facts.has(id) && !passes(facts.get(id), passing))) continue;
      const open = tests.find(([id]) => !facts.has(id))?.[0];
      if (open) {
        lacking ||= open;
        if (policy === "first") break;
      } else if (policy === "first") return { row: i };
      else if (taken < 0) taken = i;
      else if (policy !== "any" || !same(rows[taken], row)) return { clash: [taken, i] };
    }
    if (taken >= 0) return { row: taken };
    return lacking ? { lacking } : { row: otherwise };
  }

  function same(one, other) {
    const a = new Map(one.set), b = new Map(other.set);
    return one.to === other.to && a.size === b.size && [...a].every(([id, value]) => b.get(id) === value);
  }

  /** What a table sees of a case, in the order in which it names the facts. */
  function known(step, facts) {
    const names = new Set(step.rows.flatMap((row) => (row.when ?? []).map(([id]) => id)));
    return new Map([...names].filter((id) => facts.has(id)).map((id) => [id, facts.get(id)]));
  }

  /** The rows of a `within` that may hold. */
  function possible(rows, facts) {
    const found = [];
    for (const row of rows) {
      const tests = row.when ?? [];
      if (tests.some(([id, passing]) => facts.has(id) && !passes(facts.get(id), passing))) continue;
      found.push(row);
      if (tests.every(([id]) => facts.has(id))) break;
    }
    return found;
  }

  /** Numbers are compared exactly, as whole numbers of 10⁻¹⁵. */
  const DIGITS = 15;

  function exact(text) {
    const found = /^\s*([-+]?)(\d+)(?:\.(\d+))?\s*$/.exec(text);
    return found && BigInt(`${found[1] === "-" ? "-" : ""}${found[2]}${(found[3] ?? "").slice(0, DIGITS).padEnd(DIGITS, "0")}`);
  }

  function passes(value, passing) {
    return passing.some((each) => (typeof each === "string" ? each === value : within(exact(value), each)));
  }

  function within(number, [low, after, high, upto]) {
    return number !== null
      && (low === null || number > exact(low) || (!after && number === exact(low)))
      && (high === null || number < exact(high) || (upto && number === exact(high)));
  }

  function fits(fact, value) {
    return fact.choices ? fact.choices.some(([each]) => each === value) : !misfit(fact, value);
  }

  /** What is wrong with the value of a number; empty where nothing is. */
  function misfit(fact, value) {
    const number = /^\s*[-+]?\d{1,15}(\.\d{1,15})?\s*$/.test(value) ? exact(value) : null;
    if (number === null) return fact.whole ? "Write a whole number, such as 3." : "Write a number, such as 3 or 2.5.";
    if (fact.whole && number % 10n ** BigInt(DIGITS)) return "Write a whole number.";
    if (fact.min !== undefined && number < exact(fact.min)) return `The least that it can be is ${fact.min}.`;
    if (fact.max !== undefined && number > exact(fact.max)) return `The most that it can be is ${fact.max}.`;
    return "";
  }

  // The trail: what happened, in the words of `sopctl walk`

  function trail(way, today = new Date()) {
    const sop = sops.get(way.trail[0]?.sop ?? way.frames[0].sop);
    const others = new Set(way.trail.map((visit) => visit.sop).filter((id) => id !== sop.id));
    return [
      `${sop.id} version ${sop.version}: ${sop.title}`,
      `walked on ${day(today)}`,
      ...[...others].map((id) => `with ${id} version ${sops.get(id).version}`),
      ...way.trail.map(stage),
      ...end(way),
    ];
  }

  function stage(visit, i) {
    const place = visit.depth ? `${visit.sop}#${visit.id}` : visit.id;
    const why = reasons(visit).join("; "), row = visit.step.rows?.[visit.row];
    const because = row?.because ? ` [${line(row.because)}]` : "";
    return `${String(i + 1).padStart(3)}. ${"  ".repeat(visit.depth)}${place}${why && `: ${why}`}${because}`;
  }

  function reasons(visit) {
    const { step } = visit, row = step.rows?.[visit.row], said = [];
    if (row) {
      const name = row.otherwise ? "otherwise" : `row ${visit.row + 1}`;
      said.push(visit.case.size ? `${name}: ${cases(visit.case)}` : name);
      if (row.set) said.push(`sets ${cases(row.set)}`);
    }
    const asked = [...visit.asked].filter(([id]) => !visit.case.has(id));
    if (asked.length) said.push(cases(asked));
    if (visit.answer) said.push(`answer \`${visit.answer}\``);
    if (step.call) {
      const came = visit.outcome ? ` came back as \`${visit.outcome}\`` : "";
      said.push(`${step.call.id}${came}${visit.walked || !came ? "" : ", as given"}`);
    }
    if (step.escalate) said.push(`up the path \`${step.escalate}\``);
    for (const [sop, id, most] of visit.full) {
      said.push(`\`${sop === visit.sop ? "" : `${sop}#`}${id}\` was entered ${most === 1 ? "once" : `${most} times`} already`);
    }
    if (visit.left) said.push(`left: ${visit.left}`);
    return said;
  }

  const cases = (facts) => [...facts].map(([id, value]) => `${id.replaceAll("-", " ")} = ${value}`).join(", ");
  const line = (text) => text.split(/\s+/).filter(Boolean).join(" ");

  function end(way) {
    const { why, name } = way.stop, said = [];
    const outcome = why === "outcome" && way.sop.outcomes.get(name);
    if (outcome) said.push(`outcome: ${name} (${outcome.title})`);
    else if (why === "hand-off") said.push(`outcome: handed to ${name}${titled(way.sop, name).replace(/.+/, " ($&)")}`);
    else said.push(way.waits ? "not finished" : `no outcome: ${stopped(way)}`);
    const sent = notices(way).map(([id]) => id);
    if (sent.length) said.push(`notices: ${sent.join(", ")}`);
    const paths = new Set(way.trail.map(({ step }) => step.escalate).filter(Boolean));
    if (paths.size) said.push(`escalations: ${[...paths].join(", ")}`);
    if (outcome?.appeal) said.push(`to contest: ${outcome.appeal}`);
    if (way.ended) said.push(`time: ${longest(way)}`);
    return said;
  }

  /** What another SOP is called, as far as a SOP knows. */
  const titled = (sop, id) => sops.get(id)?.title ?? sop.others.get(id) ?? "";

  /** The notices that were sent on the way, in order: by steps, and with outcomes. */
  function notices(way) {
    const sent = way.trail.map(({ step }) => step.notice);
    const { why, name } = way.stop;
    for (const [i, visit] of way.trail.entries()) {
      if (visit.outcome) sent.push(visit.walked ? endedIn(way, i)?.outcomes.get(visit.outcome)?.notice : told(visit)?.[2]);
    }
    if (why === "outcome") sent.push(way.sop.outcomes.get(name).notice);
    return [...new Map(sent.filter(Boolean)).entries()];
  }

  /** The SOP in which a walked call came to its end: after hand-offs not the called one. */
  function endedIn(way, caller) {
    const { depth } = way.trail[caller];
    let last = "";
    for (const visit of way.trail.slice(caller + 1)) {
      if (visit.depth <= depth) break;
      if (visit.depth === depth + 1) last = visit.sop;
    }
    return sops.get(last);
  }

  const STOPPED = {
    "no-row": ({ visit }) => `no row takes the case ${cases(visit.case)}`,
    "two-rows": ({ visit, stop }) => `rows ${stop.value[0] + 1} and ${stop.value[1] + 1} both take the case ${cases(visit.case)}${visit.step.policy === "any" ? " and say different things" : ""}`,
    "unhandled": ({ stop }) => `the call in \`${stop.name}\` came back as \`${stop.value}\`, for which \`on\` has no target`,
    "loop": ({ stop }) => `the case goes round for ever: it comes to \`${stop.name}\` again and again`,
    "dead-end": () => "the way ends, without an outcome",
    "unreadable": () => "the way goes on into something that cannot be read",
  };

  /** Why the case went no further. */
  function stopped(way) {
    const { visit } = way;
    const at = visit ? `at \`${visit.depth ? `${visit.sop}#` : ""}${visit.id}\` ` : "";
    return at + (STOPPED[way.stop.why] ?? STOPPED.unreadable)(way);
  }

  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const day = (date) => `${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`;

  // How long the way may last: its stretches of time one after the other, at the worst start

  const DAY = 1440, MANY = 24, FOREVER = 2 ** 40;
  const TOO_MANY = "it has too many times that differ";

  function longest(way) {
    const { chains, unknown } = stretches(way);
    if (unknown.length) return `nobody can tell how long: ${unknown.join("; ")}`;
    const most = Math.max(...chains.map(worst));
    return Number.isFinite(most) ? `at the longest ${minutes(most)}` : "some years";
  }

  function minutes(count) {
    const parts = [[Math.floor(count / DAY), "d"], [Math.floor((count % DAY) / 60), "h"], [count % 60, "m"]];
    return parts.filter(([number]) => number).map(([number, unit]) => number + unit).join(" ") || "0m";
  }

  /** The chains of stretches that the way may take; several where none is known to be longest. */
  function stretches(way) {
    let chains = [[]];
    const unknown = new Set(), waits = [], many = { unknown: [TOO_MANY] };
    const back = (depth) => { // a call that is walked through comes back once its wait is over, too
      while (chains && waits.at(-1)?.depth >= depth) chains = slowest([...chains, ...waits.pop().chains]);
      return chains;
    };
    for (const visit of way.trail) {
      const { sop } = visit;
      if (!back(visit.depth)) return many;
      if (visit.walked) { // its steps stand in the trail
        const wait = counted(sop, visit.step.call.wait ?? []);
        if (wait.length) waits.push({ depth: visit.depth, chains: chains.map((each) => join(each, wait)) });
        continue;
      }
      const share = spent(visit);
      for (const each of share.unknown) unknown.add(each);
      chains = slowest(chains.flatMap((one) => share.chains.map((other) => join(one, counted(sop, other)))));
      if (!chains) return many;
    }
    if (way.ended && !back(0)) return many;
    return { chains, unknown: [...unknown].sort() };
  }

  /** What one step takes; a call as long as the called SOP to that outcome, or the step's own time. */
  function spent({ step, outcome, within: rows }) {
    const called = new Map(step.call?.lasts), own = step.within ? merged(rows.length ? rows : step.within) : step.lasts;
    const { chains = [[]], unknown = [] } = (called.size ? called.get(outcome) ?? (called.has(outcome) && own) : own) || {};
    return { chains, unknown };
  }

  const merged = (rows) => ({
    chains: rows.flatMap((row) => row.lasts?.chains ?? [[]]),
    unknown: rows.flatMap((row) => row.lasts?.unknown ?? []),
  });

  function join(one, other) {
    if (!one.length || !other.length) return one.length ? one : other;
    const [before, count] = one.at(-1), [[after, more], ...rest] = other;
    return before === after ? [...one.slice(0, -1), [after, count + more], ...rest] : [...one, ...other];
  }

  /** The chains that may be slowest at some start; undefined where there are too many. */
  function slowest(chains) {
    let kept = [];
    for (const each of chains) {
      if (kept.some((other) => holds(other, each))) continue;
      kept = [...kept.filter((other) => !holds(each, other)), each];
      if (kept.length > MANY) return undefined;
    }
    return kept;
  }

  /** Whether the long chain becomes the short one by leaving out and shortening stretches. */
  function holds(long, short) {
    let at = 0;
    for (const [name, count] of short) {
      while (at < long.length && !(long[at][0] === name && long[at][1] >= count)) at += 1;
      if (at++ === long.length) return false;
    }
    return true;
  }

  /** The most minutes from a start in the window to the end of a chain. */
  function worst(chain) {
    const timed = chain.find(([counted]) => counted);
    if (!timed) return chain.reduce((sum, [, count]) => sum + count, 0);
    const [first, last] = timed[0].window;
    let most = 0;
    for (let start = first; start <= last;) {
      const [done, , room] = move(chain, [start, true, FOREVER]);
      most = Math.max(most, done - start);
      start += room + 1;
    }
    return most;
  }

  /** Where a start comes out, whether a later start comes out later, and for how many minutes that holds. */
  function move(chain, [moment, moves, room]) {
    for (const [counted, count] of chain) {
      if (!counted) moment += count;
      else if (!moves) moment = counted.after(moment, count);
      else {
        const [done, goesOn, holding] = counted.move(moment, count);
        [moment, moves, room] = [done, goesOn, Math.min(room, holding)];
      }
    }
    return [moment, moves, room];
  }

  /** The latest of several arrivals, for as long as it stays the latest. */
  function latest(arrivals) {
    const moment = Math.max(...arrivals.map(([at]) => at)), moves = arrivals.some(([at, on]) => on && at === moment);
    const ahead = moves ? [] : arrivals.filter(([, on]) => on).map(([at]) => moment - at);
    return [moment, moves, Math.min(...ahead, ...arrivals.map(([, , room]) => room))];
  }

  /** The earliest of several arrivals, for as long as it stays the earliest. */
  function earliest(arrivals) {
    const moment = Math.min(...arrivals.map(([at]) => at)), here = arrivals.filter(([at]) => at === moment);
    const moves = here.every(([, on]) => on), later = moves ? arrivals.filter(([at]) => at > moment) : [];
    const behind = later.map(([at, on, room]) => Math.max(at - moment, on ? room : 0));
    return [moment, moves, Math.min(...behind, ...here.map(([, , room]) => room))];
  }

  /** The minute by which a step must be done that begins at another; undefined where nothing says so. */
  function due(visit, start) {
    if (visit.step.call || visit.within.length > 1) return undefined;
    const { chains } = spent(visit);
    const ends = chains.map((chain) => chain.reduce((moment, [name, count]) => after(visit.sop, name, moment, count), start));
    const last = Math.max(...ends);
    return last > start ? last : undefined;
  }

  const after = (sop, name, moment, count) => hours(sop, name)?.after(moment, count) ?? moment + count;

  const opened = new Map();

  /** The opening hours that a SOP's data call by a name; none for the clock itself. What is no name are chains. */
  function hours(sop, name) {
    if (!name) return null;
    const key = typeof name === "string" ? name : JSON.stringify(name), { calendars, window } = sops.get(sop);
    if (!opened.has(key)) {
      opened.set(key, key === name ? new Hours(calendars.get(name), window) : new Earlier(sop, name, window));
    }
    return opened.get(key);
  }

  /** A chain with the hours that its stretches are counted by. */
  const counted = (sop, chain) => chain.map(([name, count]) => [hours(sop, name), count]);

  /** One chain, or the last of others: once counts as long as what is through first. */
  class Earlier {
    constructor(sop, [one, others], window) {
      this.window = window;
      this.one = counted(sop, one);
      this.others = others.map((each) => counted(sop, each));
    }

    after(start, times) {
      return this.move(start, times)[0];
    }

    move(start, times) {
      let here = [start, true, FOREVER];
      for (let left = times; left; left -= 1) {
        here = earliest([move(this.one, here), latest(this.others.map((each) => move(each, here)))]);
      }
      return here;
    }
  }

  /** When a calendar is open, in minutes since the beginning of 1970 in UTC. */
  class Hours {
    constructor(pattern, window) {
      const { days, spans, closed, offsets } = pattern, shut = new Set(closed);
      this.window = window;
      this.opens = [offsets[0][0]];
      this.closes = [offsets[0][0]];
      const horizon = window[1] + 5 * 366 * DAY;
      for (const [i, [start, ahead]] of offsets.entries()) {
        const end = offsets[i + 1]?.[0] ?? horizon;
        for (let day = Math.floor((start + ahead) / DAY); day <= Math.floor((end + ahead - 1) / DAY); day += 1) {
          if (shut.has(day) || !days.includes((day + 3) % 7)) continue; // 1970 began on a Thursday
          for (const [from, to] of spans) this.open(Math.max(day * DAY - ahead + from, start), Math.min(day * DAY - ahead + to, end));
        }
      }
      this.ends = [];
      let sum = 0;
      for (const [i, opens] of this.opens.entries()) this.ends.push(sum += this.closes[i] - opens);
    }

    open(from, to) {
      if (from === this.closes.at(-1) && this.closes.length > 1) this.closes[this.closes.length - 1] = Math.max(to, from);
      else if (from < to) {
        this.opens.push(from);
        this.closes.push(to);
      }
    }

    /** The first moment at which so many opening minutes have passed. */
    after(start, count) {
      if (!count) return start;
      const i = right(this.opens, start) - 1, close = this.closes[i];
      const target = this.ends[i] + count - (start < close ? close - start : 0);
      const j = left(this.ends, target);
      return this.closes[j] - this.ends[j] + target;
    }

    /** As `after`; with it whether a later start comes out later, and for how long that holds. */
    move(start, count) {
      if (!count) return [start, true, FOREVER];
      const done = this.after(start, count), i = right(this.opens, start) - 1;
      if (start >= this.closes[i]) return [done, false, this.opens[i + 1] - start];
      return [done, true, Math.min(this.closes[i] - start, this.closes[left(this.closes, done)] - done)];
    }
  }

  /** The first place whose number is more than, or not less than, another. */
  const right = (sorted, number) => place(sorted, (each) => each > number);
  const left = (sorted, number) => place(sorted, (each) => each >= number);

  function place(sorted, isBehind) {
    let low = 0, high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBehind(sorted[middle])) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  globalThis.sopctlWalk = Object.freeze({ sops, add, walk, trail, fits, misfit, possible, notices, stopped, titled, told, due, day, REFUSED });
})();
