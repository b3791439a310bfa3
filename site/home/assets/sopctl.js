"use strict";
(() => {
  const top = new URL("..", document.currentScript.src).href;
  const asked = {};

  /* What is known of the whole site is one script for each thing, read when first it is asked for. */
  function known(file, name) {
    asked[file] ??= new Promise((done) => {
      const script = document.createElement("script");
      script.src = new URL(`assets/${file}`, top).href;
      script.onload = () => done(window[name] || {});
      script.onerror = () => done({});
      document.head.append(script);
    });
    return asked[file];
  }

  const line = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });

  /* Over a link to a role, a term, a clause: what it means. By pointer, keyboard and touch; Escape closes. */
  const note = document.createElement("div");
  let open = null, waiting = 0, touched = false;

  note.className = "sop-meaning";
  note.id = "sop-meaning";
  note.setAttribute("role", "tooltip");
  note.hidden = true;

  const meanings = () => known("meanings.js", "sopMeanings");

  function address(link) {
    return link.href.startsWith(top) ? link.href.slice(top.length).replace(/(^|\/)index\.html(?=#|$)/, "$1") : "";
  }

  function explained(target) {
    const link = target instanceof Element && target.closest(".md-content a[href]");
    return link instanceof HTMLAnchorElement && !link.closest("h1, h2, .headerlink, .sop-meaning") && address(link) ? link : null;
  }

  /* On paper a link leads nowhere: what it leads to is named by its id, unless its words do that. */
  addEventListener("beforeprint", () => {
    for (const link of document.querySelectorAll(".md-content a[href]:not(svg a)")) {
      const [, id] = /^sops\/([^/#]+?)(?:\.html|\/)(?:#|$)/.exec(address(link)) || [];
      if (id && id !== "index" && link.pathname !== location.pathname && !link.textContent.includes(id)) link.dataset.sop = id;
    }
  });

  async function show(link) {
    const found = (await meanings())[address(link)];
    if (!found) return false;
    const [kind, title, meaning] = found;
    note.replaceChildren(line("small", kind), line("strong", title), line("span", meaning));
    if (touched) note.append(Object.assign(line("a", "Open"), { href: link.href }));
    document.body.append(note);
    note.hidden = false;
    place(link);
    link.setAttribute("aria-describedby", note.id);
    open = link;
    return true;
  }

  function place(link) {
    const at = link.getClientRects()[0] || link.getBoundingClientRect();
    const width = note.offsetWidth, height = note.offsetHeight, edge = 8;
    const below = at.bottom + 6 + height < innerHeight || at.top < height + 6;
    note.style.left = `${Math.max(edge, Math.min(at.left, document.documentElement.clientWidth - width - edge)) + scrollX}px`;
    note.style.top = `${(below ? at.bottom + 6 : at.top - height - 6) + scrollY}px`;
  }

  function hide() {
    clearTimeout(waiting);
    if (open) open.removeAttribute("aria-describedby");
    open = null;
    note.hidden = true;
  }

  function soon(act, after) {
    clearTimeout(waiting);
    waiting = setTimeout(act, after);
  }

  document.addEventListener("pointerover", (event) => {
    touched = event.pointerType === "touch";
    if (touched) return;
    const link = explained(event.target);
    if (link && link !== open) soon(() => { hide(); show(link); }, 250);
    else if (link || note.contains(event.target)) clearTimeout(waiting);
    else if (open || waiting) soon(hide, 200);
  });
  document.addEventListener("focusin", (event) => {
    const link = explained(event.target);
    if (touched || note.contains(event.target)) return;
    hide();
    if (link && link.matches(":focus-visible")) show(link);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  /* The first touch explains, the second one follows. */
  document.addEventListener("click", (event) => {
    const link = explained(event.target);
    if (event.pointerType !== "touch" || note.contains(event.target) || (link && link === open)) return;
    hide();
    if (!link || (window.sopMeanings && !window.sopMeanings[address(link)])) return;
    event.preventDefault();
    show(link).then((shown) => { if (!shown) location.assign(link.href); });
  });
  document.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    if (touched && explained(event.target)) meanings();
  });
  addEventListener("resize", hide);

  /* An id that is typed whole leads to what bears it: the search of the theme parts it into words, and finds
     more by them. */
  const field = document.querySelector(".md-search__input"), list = document.querySelector(".md-search-result__list");

  async function lead() {
    const ids = await known("ids.js", "sopIds"), typed = field.value.trim().toLowerCase();
    const [first] = list.querySelectorAll(":scope > :not(.sop-found)");
    const there = new Set([...(first?.querySelectorAll(":scope > a") || [])].map((link) => link.href.replace(/\?[^#]*/, "")));
    const entries = (Object.hasOwn(ids, typed) ? ids[typed] : []).filter(([to]) => !there.has(new URL(to, top).href)).slice(0, 5);
    const old = [...list.querySelectorAll(".sop-found")];
    if (old.map((each) => each.dataset.id).join() === entries.map(() => typed).join() && (!old.length || list.firstElementChild === old[0])) return;
    for (const each of old) each.remove();
    list.prepend(...entries.map(([to, kind, title]) => found(typed, new URL(to, top).href, kind, title)));
  }

  function found(id, href, kind, title) {
    const item = Object.assign(line("li", ""), { className: "md-search-result__item sop-found" });
    const link = Object.assign(line("a", ""), { className: "md-search-result__link", href, tabIndex: -1 });
    const article = Object.assign(line("article", ""), { className: "md-search-result__article md-typeset" });
    article.dataset.mdScore = "Infinity";
    const icon = Object.assign(line("div", ""), { className: "md-search-result__icon md-icon" });
    article.append(icon, line("h1", title), line("p", `${kind} ${id}`));
    link.append(article);
    item.append(link);
    item.dataset.id = id;
    return item;
  }

  if (field && list) {
    field.addEventListener("input", lead);
    new MutationObserver(() => { if (field.value) lead(); }).observe(list, { childList: true });
  }
})();
