/* The walker: leads a reader through a SOP, one step at a time.
 *
 * After every click the walk is taken anew from all answers, and what it stops for is shown. To go
 * back is to take an answer away. What a writer wrote is put into the page as text, never as markup.
 */
"use strict";
(() => {
  const { sops, walk, trail, fits, misfit, possible, notices, stopped, titled, told, due, day, REFUSED } = sopctlWalk;

  /** A number as keyboards for Chinese and Japanese write it, in the digits of all others. */
  const narrow = (text) => text.replace(/[＋－．０-９]/g, (each) => String.fromCharCode(each.charCodeAt(0) - 0xfee0));

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
      const found = parse(shared, this.sop), known = found ?? parse(String(kept.at ?? MARK), this.sop);
      this.clear();
      Object.assign(this, known, { ticks: new Set(kept.at === (shared || kept.at) && Array.isArray(kept.ticks) ? kept.ticks : []) });
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

    get begun() { return this.answers.length + this.given.length > 0; }

    keep() {
      try {
        if (this.begun || this.ticks.size) localStorage.setItem(this.key, JSON.stringify({ at: this.hash, ticks: [...this.ticks] }));
        else localStorage.removeItem(this.key);
      } catch { /* nothing can be kept here */ }
      try {
        const bare = location.pathname + location.search;
        if (this.begun) history.replaceState(history.state, "", this.hash);
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
        script.onload = script.onerror = () => {
          if (!sops.has(id)) loading.delete(id); // so that it can be tried once more
          resolve(sops.has(id));
        };
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

  /** The text that stands on the page below the heading of a step. */
  function written(id) {
    let each = document.getElementById(id)?.nextElementSibling;
    for (; each && !/^H[123]$/.test(each.tagName); each = each.nextElementSibling) {
      const found = each.matches(".sop-text") ? each : each.querySelector(".sop-text");
      if (found) return found;
    }
    return undefined;
  }

  /** Mark a step in the picture of the way. */
  function mark(id) {
    for (const each of document.querySelectorAll(".sop-way a")) {
      if (each.getAttribute("href") === `#${id}`) each.setAttribute("aria-current", "step");
      else each.removeAttribute("aria-current");
    }
  }

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
      addEventListener("hashchange", () => root.isConnected && location.hash.startsWith(MARK) && this.begin(true));
      this.begin();
      if (location.hash.startsWith(MARK)) root.scrollIntoView();
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
      const asks = before?.trail.length === way.trail.length && before?.visit?.id === way.visit?.id;
      this.card.replaceChildren(...(way.waits ? this.step(way) : this.end(way)).filter(Boolean));
      this.say(said || this.why(way), !said);
      if (focus) this.focus(asks);
      mark(way.waits ? way.trail.findLast(({ depth }) => !depth)?.id : way.stop.name);
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
      const { visit } = way, { step, sop } = visit;
      return [
        this.caution(sops.get(sop)),
        make("p", { class: "sop-walk-where" }, this.where(way, visit)),
        make("h3", { tabindex: -1 }, step.title),
        this.about(visit, way),
        this.why(way) && make("p", { class: "sop-walk-why" }, this.why(way)),
        way.trail.length === 1 && this.brought(),
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

    /** What nobody should overlook: that this SOP, or the one that called it, is not in force. */
    caution(sop) {
      const words = sop.caution ?? this.sop.caution;
      return words && make("p", { class: "sop-walk-caution" }, `▲ ${words}`);
    }

    where(way, visit) {
      const { sop, step, depth } = visit, own = sop === this.sop.id && !depth;
      const caller = depth ? way.trail[way.frames[depth]?.caller] : undefined;
      return [
        `Step ${step.number} of ${own ? this.sop.steps.size : `${sop} ${sops.get(sop).title}`}`,
        caller && `called by ${caller.sop} step ${caller.step.number}`,
        step.at_most > 1 && `time ${way.entered(visit.id)} of at most ${step.at_most}`,
      ].filter(Boolean).join(", ");
    }

    about(visit, way) {
      const rows = visit.step.within && possible(visit.step.within, way.frame.facts);
      const times = (rows ?? []).map(({ words }) => words).filter(Boolean); // for some cases there may be none
      const within = times.length > 0 && ["time", `within ${times.join(" or ")}`];
      const until = due({ ...visit, within: rows ?? [] }, Math.floor(Date.now() / 60000));
      const chips = [...(visit.step.about ?? []), within, until && ["until", `by ${moment(until)} if begun now`]].filter(Boolean);
      chips.sort(([one], [other]) => CHIPS.indexOf(one) - CHIPS.indexOf(other));
      return chips.length > 0 && make("p", { class: "sop-walk-about" }, chips.map(([kind, words]) => make("span", { class: `sop-chip sop-${kind}` }, words)));
    }

    /** The facts that another SOP has handed over. */
    brought() {
      const said = this.place.given.filter(([id]) => this.sop.facts.has(id)).map(([id, value]) => {
        const fact = this.sop.facts.get(id);
        return `${fact.ask} ${unit(fact, value)}`;
      });
      return said.length > 0 && make("p", { class: "sop-walk-why" }, `Known from before: ${said.join(" · ")}`);
    }

    /** Why the case came here: what the row before says, and the steps that it may not enter any more. */
    why(way) {
      const before = way.waits ? way.trail.at(-2) : way.visit, row = before?.step.rows?.[before.row];
      const name = (id) => sops.get(before.sop).facts.get(id);
      const set = (row?.set ?? []).map(([id, value]) => `“${name(id)?.ask}” is now ${unit(name(id), value)}.`);
      const full = (before?.full ?? []).map(([sop, id]) => `“${sops.get(sop).steps.get(id).title}” was done as often as it may be.`);
      return [row?.because, ...set, ...full].filter(Boolean).join(" ");
    }

    /** The text of the step: as it stands on this page, or in plain words for another SOP's. */
    prose({ sop, id, step }) {
      const own = sop === this.sop.id && written(id);
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
        const number = narrow(field.value).trim();
        wrong.textContent = misfit(fact, number);
        field.setAttribute("aria-invalid", String(Boolean(wrong.textContent)));
        if (wrong.textContent) field.focus();
        else put(number);
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
      const { answers, begun, hash } = this.place, quiet = { class: "sop-walk-quiet" };
      const link = new URL(hash, location.href).href;
      return make("div", { class: "sop-walk-foot" },
        answers.length > 0 && button("← Back", () => this.goBack(answers.slice(0, -1)), quiet),
        begun && button("Start again", () => this.restart(), quiet),
        begun && button("Copy link", () => this.copy(link, "The link to this step is copied."), quiet),
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
        this.caution(this.sop),
        make("p", { class: "sop-walk-where" }, way.ended ? "The end" : "No way on"),
        this.result(way, outcome),
        this.why(way) && make("p", { class: "sop-walk-why" }, this.why(way)),
        outcome?.text && make("p", {}, outcome.text),
        this.ending(way, outcome),
        why === "hand-off" && make("p", { class: "sop-walk-answers" }, make("a", { class: "sop-walk-main", href: this.handed(way) }, `Go on with ${name} ${titled(way.sop, name)}`)),
        make("h4", {}, "Trail for the case"),
        make("p", { class: "sop-walk-answers" }, button("Copy the trail", () => this.copy(text, "The trail is copied.", shown), { class: "sop-walk-main" })),
        shown,
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

    /** The notice to send, those that went out before it, and the way to contest. */
    ending(way, outcome) {
      const before = notices(way).filter(([id]) => id !== outcome?.notice?.[0]).map(([, title]) => title);
      return fields([
        ["Send", outcome?.notice?.[1]],
        ["Sent on the way", before.join(", ")],
        ["To contest it", outcome?.contest && this.contest(outcome)],
      ].filter(([, said]) => said));
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

  const CHIPS = ["who", "up", "time", "until", "late", "human", "apart"];
  const DAYS = "Sun Mon Tue Wed Thu Fri Sat".split(" ");

  /** A minute as the clock of the reader shows it: Wed 25 Nov 09:30. */
  function moment(minute) {
    const date = new Date(minute * 60000), two = (number) => String(number).padStart(2, "0");
    return `${DAYS[date.getDay()]} ${day(date).slice(0, -5)} ${two(date.getHours())}:${two(date.getMinutes())}`;
  }

  async function begin() {
    const root = document.querySelector(".sop-walk");
    if (root && await load(root.dataset.sop, root.dataset.version)) new Guide(root, sops.get(root.dataset.sop));
  }

  globalThis.sopctlWalker = Object.freeze({ load });
  const pages = globalThis.document$ ?? { subscribe: () => addEventListener("DOMContentLoaded", begin) };
  pages.subscribe(begin); // the theme tells of each page that it opens without a reload, too
})();
