/* The walker: leads a reader through a SOP, one step at a time.
 *
 * The answers are the whole state. From them a walk is taken anew after every click, by the same
 * rules as `sopctl walk`, and what it stops for is shown. To go back is to take an answer away.
 * Answers are text: "." a step is done, "~value" a fact or an answer, "*outcome" what a call came
 * back with ("*" alone goes through its steps), "!depth.number" an escalation that takes the case away.
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
        const place = `${this.frame.sop}#${id}`;
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
      return step.on.get(outcome) ?? step.on.get("otherwise") ?? this.halt("unhandled", id, outcome);
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
    if (number === null) return "Write a number, such as 3 or 2.5.";
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
    else if (why === "hand-off") said.push(`outcome: handed to ${name}${titled(way.sop, name, (title) => ` (${title})`)}`);
    else said.push(way.waits ? "not finished" : `no outcome: ${stopped(way)}`);
    const sent = notices(way).map(([id]) => id);
    if (sent.length) said.push(`notices: ${sent.join(", ")}`);
    const paths = new Set(way.trail.map(({ step }) => step.escalate).filter(Boolean));
    if (paths.size) said.push(`escalations: ${[...paths].join(", ")}`);
    if (outcome?.appeal) said.push(`to contest: ${outcome.appeal}`);
    if (way.ended) said.push(`time: ${longest(way)}`);
    return said;
  }

  function titled(sop, id, words = (title) => title) {
    const title = sops.get(id)?.title ?? sop.others.get(id);
    return title ? words(title) : "";
  }

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
    const unknown = new Set();
    for (const visit of way.trail) {
      if (visit.walked) continue; // its steps stand in the trail
      const share = spent(visit);
      for (const each of share.unknown) unknown.add(each);
      const own = share.chains.map((chain) => chain.map(([name, count]) => [hours(visit.sop, name), count]));
      chains = slowest(chains.flatMap((one) => own.map((other) => join(one, other))));
      if (!chains) return { unknown: ["it has too many times that differ"] };
    }
    return { chains, unknown: [...unknown].sort() };
  }

  function spent({ step, outcome, within: rows }) {
    const share = step.call?.lasts
      ? new Map(step.call.lasts).get(outcome) ?? {}
      : step.within ? merged(rows.length ? rows : step.within) : step.lasts ?? {};
    return { chains: share.chains ?? [[]], unknown: share.unknown ?? [] };
  }

  const merged = (rows) => ({ chains: rows.flatMap((row) => row.lasts?.chains ?? [[]]) });

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
    for (let start = first, room; start <= last; start += room + 1) {
      let moment = start, moves = true;
      room = FOREVER;
      for (const [counted, count] of chain) {
        if (!counted) moment += count;
        else if (!moves) moment = counted.after(moment, count);
        else {
          const [done, goesOn, holding] = counted.move(moment, count);
          [moment, moves, room] = [done, goesOn, Math.min(room, holding)];
        }
      }
      most = Math.max(most, moment - start);
    }
    return most;
  }

  const opened = new Map();

  /** The opening hours that a SOP's data call by a name; none for the clock itself. */
  function hours(sop, name) {
    if (!name) return null;
    if (!opened.has(name)) opened.set(name, new Hours(sops.get(sop).calendars.get(name), sops.get(sop).window));
    return opened.get(name);
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

  // Where a reader stands: kept over a reload, and in an address that can be shared

  const MARK = "#walk/", LONG = 8000;

  class Place {
    constructor(sop) {
      this.sop = sop;
      this.key = `sopctl-walk ${location.pathname} ${sop.version}`;
      this.clear();
    }

    clear() {
      Object.assign(this, { answers: [], given: [], ticks: new Set() });
    }

    /** Stand where the address says, else where the reader was; false where the address fits nothing. */
    find() {
      const kept = this.stored(), shared = location.hash.startsWith(MARK) ? location.hash : "";
      const found = parse(shared, this.sop), known = found ?? parse(kept.at ?? MARK, this.sop);
      this.clear();
      Object.assign(this, known, { ticks: new Set(kept.at === (shared || kept.at) ? kept.ticks : []) });
      return !shared || Boolean(found);
    }

    get hash() { return address(this.answers, this.given); }

    stored() {
      try {
        return JSON.parse(localStorage.getItem(this.key)) ?? {};
      } catch {
        return {}; // nothing can be kept here
      }
    }

    keep() {
      const begun = this.answers.length || this.given.length || this.ticks.size;
      try {
        if (begun) localStorage.setItem(this.key, JSON.stringify({ at: this.hash, ticks: [...this.ticks] }));
        else localStorage.removeItem(this.key);
      } catch { /* nothing can be kept here */ }
      try {
        const bare = location.pathname + location.search;
        if (this.answers.length) history.replaceState(history.state, "", this.hash);
        else if (location.hash.startsWith(MARK)) history.replaceState(history.state, "", bare);
      } catch { /* nor in the address */ }
    }
  }

  const address = (answers, given) => MARK
    + [...given.map((pair) => pair.map(encodeURIComponent).join("=")), ...answers.map(encodeURIComponent)].join("/");

  /** What an address says; undefined where it says nothing that fits. */
  function parse(hash, sop) {
    if (!hash.startsWith(MARK) || hash.length > LONG) return undefined;
    try {
      const parts = hash.slice(MARK.length).split("/").filter(Boolean).map(decodeURIComponent);
      const answers = parts.filter((part) => /^[.~*!]/.test(part));
      const given = parts.filter((part) => /^[a-z0-9][^=]*=./.test(part)).map((part) => part.split(/=(.*)/s).slice(0, 2));
      const fit = given.every(([id, value]) => !sop.facts.has(id) || fits(sop.facts.get(id), value));
      return fit && given.length + answers.length === parts.length ? { given, answers } : undefined;
    } catch {
      return undefined; // not even an address
    }
  }

  // What a reader sees

  const here = document.currentScript?.src ?? location.href;
  const loading = new Map();

  /** Load the data of a SOP; tells whether it is there. */
  function load(id, version = "") {
    if (!loading.has(id)) {
      loading.set(id, new Promise((resolve) => {
        const source = new URL(`../sops/${encodeURIComponent(id)}.walk.js${version && `?v=${encodeURIComponent(version)}`}`, here);
        const script = make("script", { src: source.href });
        script.onload = script.onerror = () => resolve(sops.has(id));
        document.head.append(script);
      }));
    }
    return loading.get(id);
  }

  /** An element; what is put into it is text, never markup. */
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat().filter((child) => child || child === 0));
    return element;
  }

  const button = (words, onclick, attributes = {}) => make("button", { type: "button", onclick, ...attributes }, words);
  const fields = (pairs) => pairs.length > 0 && make("dl", { class: "sop-walk-fields" },
    pairs.map(([name, said]) => make("div", {}, make("dt", {}, name), make("dd", {}, said))));
  const fold = (summary, ...inside) => make("details", { class: "sop-walk-fold" }, make("summary", {}, summary), ...inside);

  class Guide {
    constructor(root, sop) {
      this.root = root;
      this.sop = sop;
      this.place = new Place(sop);
      this.live = make("p", { class: "sop-walk-live", role: "status" });
      this.card = make("div", { class: "sop-walk-card" });
      const name = make("h2", { id: "_walk", class: "sop-walk-name" }, "Step by step", make("small", {}, "nothing that you enter leaves this page"));
      root.replaceChildren(name, this.card, this.live);
      root.setAttribute("aria-labelledby", name.id);
      root.hidden = false;
      addEventListener("hashchange", () => location.hash.startsWith(MARK) && this.begin(true));
      this.begin();
    }

    begin(focus = false) {
      const found = this.place.find();
      this.show(focus, found ? "" : `The address held answers that do not fit version ${this.sop.version}.`);
    }

    /** Take the walk anew, and show what it has stopped for. */
    async show(focus = false, said = "") {
      const { place } = this, before = this.way;
      let way = walk(this.sop.id, place.answers, place.given);
      while (way.stop.why === "unloaded" && await load(way.stop.name)) way = walk(this.sop.id, place.answers, place.given);
      if (REFUSED.includes(way.stop.why) || way.used < place.answers.length) {
        place.answers = []; // made by hand, or for another version
        return this.show(focus, `The answers in this address do not fit version ${this.sop.version}.`);
      }
      this.way = way;
      const asks = before?.trail.length === way.trail.length && before?.visit.id === way.visit.id;
      this.card.replaceChildren(...(way.waits ? this.step(way) : this.end(way)).filter(Boolean));
      this.say(said || this.why(way), !said);
      if (focus) this.focus(asks);
      place.keep();
      return undefined;
    }

    /** Tell what has happened; `seen` where it stands on the card already. */
    say(words, seen = false) {
      this.live.textContent = words;
      this.live.classList.toggle("sop-walk-unseen", seen);
    }

    focus(asks) {
      const question = this.card.querySelector(".sop-walk-now :is(legend, input)");
      const target = (asks && question) || this.card.querySelector("h3");
      target.focus({ preventScroll: true });
      const { top } = this.card.getBoundingClientRect();
      if (top < 0 || top > innerHeight / 2) this.root.scrollIntoView();
    }

    answer(said) {
      this.place.answers = [...this.place.answers, said];
      this.show(true);
    }

    goBack(answers) {
      this.place.answers = answers;
      this.show(true);
    }

    // A step

    step(way) {
      const { visit } = way, { step, sop } = visit ?? {};
      if (!visit) return [make("h3", { tabindex: -1 }, "The steps could not be loaded"), this.lost(way)];
      return [
        this.sop.caution && make("p", { class: "sop-walk-caution" }, `▲ ${this.sop.caution}`),
        make("p", { class: "sop-walk-where" }, this.where(way, visit)),
        make("h3", { tabindex: -1 }, step.title),
        this.about(visit, way),
        this.why(way) && make("p", { class: "sop-walk-why" }, this.why(way)),
        this.prose(visit),
        step.checklist && this.checklist(visit, way),
        step.notice && fields([["Send", step.notice[1]]]),
        ...this.answered(visit, way),
        way.stop.why === "unloaded" ? this.lost(way) : this.question(visit, way),
        step.more && fold("More about this step", fields(step.more)),
        this.asides(way),
        this.wayback(way),
        this.foot(sop === this.sop.id ? `#${visit.id}` : this.page(sop, `#${visit.id}`)),
      ];
    }

    where(way, visit) {
      const own = visit.sop === this.sop.id && !visit.depth;
      const of = own ? ` of ${this.sop.steps.size}` : ` of ${visit.sop} ${sops.get(visit.sop).title}`;
      const caller = visit.depth ? way.trail[way.frames[visit.depth]?.caller] : undefined;
      return `Step ${visit.step.number}${of}${caller ? `, called by ${caller.sop} step ${caller.step.number}` : ""}`;
    }

    about(visit, way) {
      const rows = visit.step.within && possible(visit.step.within, way.frame.facts);
      const times = rows?.map(({ words }) => words);
      const chips = [...(visit.step.about ?? []), ...(times?.length ? [["time", `within ${times.join(" or ")}`]] : [])];
      return chips.length > 0 && make("p", { class: "sop-walk-about" }, chips.map(([kind, words]) => make("span", { class: `sop-chip sop-${kind}` }, words)));
    }

    /** Why the case came here: the reason that the row before gives. */
    why(way) {
      const before = way.waits ? way.trail.at(-2) : way.visit;
      return before?.step.rows?.[before.row]?.because ?? "";
    }

    /** The text of the step: as it stands on this page, or in plain words for another SOP's. */
    prose({ sop, id, step }) {
      const own = sop === this.sop.id && document.getElementById(id)?.closest("section")?.querySelector(".sop-text");
      if (!own) return step.text && make("div", { class: "sop-walk-text" }, step.text.split("\n").map((words) => make("p", {}, words)));
      const copy = own.cloneNode(true);
      for (const each of copy.querySelectorAll("[id]")) each.removeAttribute("id");
      for (const each of copy.querySelectorAll(".headerlink")) each.remove();
      copy.classList.add("sop-walk-text");
      return copy;
    }

    checklist(visit, way) {
      const { ticks } = this.place, index = way.trail.length - 1;
      return make("ul", { class: "sop-walk-check" }, visit.step.checklist.map(({ text, remark }, i) => {
        const name = `${index} ${visit.sop}#${visit.id} ${i}`;
        const tick = ({ target }) => {
          ticks[target.checked ? "add" : "delete"](name);
          this.place.keep();
        };
        const box = make("input", { type: "checkbox", checked: ticks.has(name), onchange: tick });
        return make("li", {}, make("label", {}, box, make("span", {}, text, remark && make("small", {}, remark))));
      }));
    }

    // Questions

    /** The facts that were asked at this step already; another answer takes the place of what came after it. */
    answered(visit, way) {
      const at = (i) => this.place.answers.slice(0, way.used - visit.asked.size + i);
      return [...visit.asked].map(([id, value], i) => {
        const fact = sops.get(visit.sop).facts.get(id);
        return this.asked(fact, at(i), value);
      });
    }

    asked(fact, before, value) {
      const put = (said) => this.goBack([...before, `~${said}`]);
      if (!fact.choices) return make("p", { class: "sop-walk-said" }, `${fact.ask} `, make("strong", {}, unit(fact, value)));
      return this.choices(fact.ask, fact.choices, put, value);
    }

    question(visit, way) {
      const { why, name } = way.stop, { step } = visit;
      const put = (said) => this.answer(`~${said}`);
      if (why === "answer") return this.choices(step.ask, [...step.answers.keys()].map((each) => [each, capital(each)]), put);
      if (why === "call") return this.called(step);
      if (why === "pause") return make("p", { class: "sop-walk-answers sop-walk-now" }, button(step.escalate ? "The answer is there" : "Done, go on", () => this.answer("."), { class: "sop-walk-main" }));
      const fact = sops.get(visit.sop).facts.get(name);
      return fact.choices ? this.choices(fact.ask, fact.choices, put) : this.number(fact, put);
    }

    choices(ask, choices, put, value) {
      const pressed = (each) => (value === undefined ? {} : { "aria-pressed": String(each === value) });
      const now = value === undefined && "sop-walk-now";
      return make("fieldset", { class: `sop-walk-ask ${now || ""}` }, make("legend", { tabindex: -1 }, ask),
        make("div", { class: "sop-walk-answers" }, choices.map(([each, words]) => button(words, () => put(each), pressed(each)))));
    }

    number(fact, put) {
      const wrong = make("p", { class: "sop-walk-wrong", id: "_walk_wrong" });
      const field = make("input", { id: "_walk_number", inputmode: fact.whole ? "numeric" : "decimal", autocomplete: "off", "aria-describedby": "_walk_wrong _walk_kind" });
      const submit = (event) => {
        event.preventDefault();
        wrong.textContent = misfit(fact, field.value);
        field.setAttribute("aria-invalid", String(Boolean(wrong.textContent)));
        if (wrong.textContent) field.focus();
        else put(field.value.trim());
      };
      return make("form", { class: "sop-walk-ask sop-walk-now", onsubmit: submit, novalidate: true },
        make("label", { for: "_walk_number" }, fact.ask), make("small", { id: "_walk_kind" }, fact.kind),
        make("div", { class: "sop-walk-answers" }, field, make("button", { class: "sop-walk-main" }, "Go on")), wrong);
    }

    called(step) {
      const { id, ends = [] } = step.call, title = titled(this.sop, id);
      return make("fieldset", { class: "sop-walk-ask sop-walk-now" }, make("legend", { tabindex: -1 }, `This step runs ${id} ${title}.`),
        make("div", { class: "sop-walk-answers" }, button("Go through its steps", () => this.answer("*"), { class: "sop-walk-main" })),
        ends.length > 0 && make("p", { class: "sop-walk-or" }, "Or it is over already, and ended as:"),
        make("div", { class: "sop-walk-answers" }, ends.map(([end, words]) => button(words, () => this.answer(`*${end}`)))));
    }

    lost(way) {
      return make("p", { class: "sop-walk-wrong" }, `The steps of ${way.stop.name} could not be loaded. Read them on `, make("a", { href: this.page(way.stop.name) }, "its page"), ".");
    }

    // Ways out, ways back

    /** What may happen at any time, in this SOP and in those that called it. */
    asides(way) {
      const told = way.frames.flatMap(({ sop }, depth) => (sops.get(sop)?.escalations ?? []).map((each, i) => {
        const go = each.to && button(`→ ${this.target(sop, each.to)}`, () => this.answer(`!${depth}.${i}`), { class: "sop-walk-quiet" });
        return make("li", {}, make("span", {}, each.words, each.path && make("small", {}, `${each.path}${each.to ? "" : "; the case goes on"}`)), go);
      }));
      return told.length > 0 && fold("Something else has happened", make("ul", { class: "sop-walk-asides" }, told));
    }

    target(id, to) {
      const sop = sops.get(id), step = sop.steps.get(to);
      return step ? step.title : sop.outcomes.get(to)?.title ?? `${to} ${titled(sop, to)}`;
    }

    wayback(way) {
      const past = way.waits ? way.trail.slice(0, -1) : way.trail;
      const again = (visit) => this.goBack(this.place.answers.slice(0, visit.from));
      return past.length > 0 && fold(`The way so far: ${past.length === 1 ? "one step" : `${past.length} steps`}`, make("ol", { class: "sop-walk-past" },
        past.map((visit) => make("li", {}, button(visit.step.title, () => again(visit), { class: "sop-walk-quiet" }), " ", make("small", {}, this.said(visit))))));
    }

    /** What was answered at a step. */
    said(visit) {
      const facts = [...visit.asked].map(([id, value]) => unit(sops.get(visit.sop).facts.get(id), value));
      return [...facts, visit.answer && capital(visit.answer), !visit.walked && told(visit)?.[1], visit.left].filter(Boolean).join(" · ");
    }

    foot(step) {
      const { answers } = this.place, begun = answers.length > 0;
      return make("div", { class: "sop-walk-foot" },
        begun && button("← Back", () => this.goBack(answers.slice(0, -1)), { class: "sop-walk-quiet" }),
        begun && button("Start again", () => this.restart(), { class: "sop-walk-quiet" }),
        begun && button("Copy link", () => this.copy(new URL(this.place.hash, location.href).href, "The link to this step is copied."), { class: "sop-walk-quiet" }),
        step && make("a", { href: step }, "In the procedure"));
    }

    restart() {
      this.place.clear();
      this.show(true, "Started again.");
    }

    // The end

    end(way) {
      const { why, name } = way.stop, outcome = why === "outcome" && way.sop.outcomes.get(name);
      const text = trail(way).join("\n");
      const shown = make("pre", { class: "sop-walk-trail", tabindex: 0, "aria-label": "The trail of this case" }, text);
      return [
        this.sop.caution && make("p", { class: "sop-walk-caution" }, `▲ ${this.sop.caution}`),
        make("p", { class: "sop-walk-where" }, way.ended ? "The end" : "No way on"),
        this.result(way, outcome),
        this.why(way) && make("p", { class: "sop-walk-why" }, this.why(way)),
        outcome?.text && make("p", {}, outcome.text),
        fields([...notices(way).map(([, title]) => ["Send", title]), ...(outcome?.contest ? [["To contest it", this.contest(outcome)]] : [])]),
        why === "hand-off" && make("p", { class: "sop-walk-answers" }, make("a", { class: "sop-walk-main", href: this.handed(way) }, `Go on with ${name} ${titled(way.sop, name)}`)),
        make("h4", {}, "Trail for the case"),
        shown,
        make("p", { class: "sop-walk-answers" }, button("Copy the trail", () => this.copy(text, "The trail is copied.", shown), { class: "sop-walk-main" })),
        this.wayback(way),
        this.foot(),
      ];
    }

    result(way, outcome) {
      const { why, name } = way.stop;
      if (outcome) {
        const mark = outcome.adverse ? ["▲", "sop-bad"] : ["●", "sop-good"];
        return make("h3", { tabindex: -1 }, make("span", { class: mark[1], "aria-hidden": "true" }, mark[0]), ` ${outcome.title}`,
          outcome.adverse && make("small", {}, "takes something from somebody"));
      }
      const words = why === "hand-off" ? `Handed over to ${name} ${titled(way.sop, name)}` : `The case is stuck: ${stopped(way)}`;
      return make("h3", { tabindex: -1 }, words);
    }

    contest({ appeal, contest }) {
      const title = /^[A-Z][A-Z0-9-]+$/.test(appeal) && titled(this.way.sop, appeal);
      return title ? make("a", { href: this.page(appeal) }, `${appeal} ${title}`) : contest;
    }

    /** The other SOP's page, with the shared facts on the way. */
    handed(way) {
      return this.page(way.stop.name, address([], [...way.shared()]));
    }

    /** The page of another SOP; it lies where this one lies. */
    page(id, hash = "") {
      const own = `/${this.sop.id}`, path = location.pathname, at = path.lastIndexOf(own);
      return at < 0 ? `../${id}/${hash}` : path.slice(0, at) + `/${id}` + path.slice(at + own.length) + hash;
    }

    async copy(text, said, shown) {
      try {
        await navigator.clipboard.writeText(text);
        this.say(said);
      } catch {
        if (shown) getSelection().selectAllChildren(shown);
        this.say(shown ? "The trail is marked; copy it with your keyboard." : text);
      }
      this.card.querySelector(".sop-walk-foot").after(this.live);
    }
  }

  const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

  function unit(fact, value) {
    const label = fact?.choices?.find(([each]) => each === value)?.[1];
    return label ?? (fact?.unit ? `${value} ${fact.unit}` : value);
  }

  async function begin() {
    const root = document.querySelector(".sop-walk");
    if (root && await load(root.dataset.sop, root.dataset.version)) new Guide(root, sops.get(root.dataset.sop));
  }

  globalThis.sopctlWalker = Object.freeze({ add, walk, trail, load });
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin);
  else begin();
})();
