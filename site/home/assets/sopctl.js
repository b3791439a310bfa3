/* Over a link to a role, a term, a clause: what it means. By pointer, keyboard and touch; Escape closes. */
"use strict";
(() => {
  const top = new URL("..", document.currentScript.src).href;
  const note = document.createElement("div");
  let open = null, waiting = 0, touched = false, asked = null;

  note.className = "sop-meaning";
  note.id = "sop-meaning";
  note.setAttribute("role", "tooltip");
  note.hidden = true;

  /* The meanings of the whole site are one script, read when first they are asked for. */
  function meanings() {
    asked ??= new Promise((done) => {
      const script = document.createElement("script");
      script.src = new URL("assets/meanings.js", top).href;
      script.onload = () => done(window.sopMeanings || {});
      script.onerror = () => done({});
      document.head.append(script);
    });
    return asked;
  }

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
    const line = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
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
})();
