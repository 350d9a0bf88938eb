// What pages can do beyond loading: exchange a part of themselves, look again now and then, search while
// somebody types. Everything works without it, but for what is live. docs/PAGES.md has the attributes.
(() => {
  "use strict";
  const TYPING_PAUSE_MS = 250;
  const PAUSE_MAX_MS = 60_000;

  const localise = (root) => {
    const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    for (const time of root.querySelectorAll("time[data-local]")) {
      time.title = time.textContent;
      time.textContent = format.format(new Date(time.dateTime));
      time.removeAttribute("data-local");
    }
  };

  // What somebody reads stays where it is, though new rows (data-key) come in above it. Rows that are new are marked.
  const anchored = (old, fresh) => {
    const rows = [...old.querySelectorAll("[data-key]")];
    const known = new Set(rows.map((row) => row.dataset.key));
    for (const row of fresh.querySelectorAll("[data-key]")) {
      if (known.size > 0 && !known.has(row.dataset.key)) row.classList.add("is-new");
    }
    const top = (row) => row.getBoundingClientRect().top;
    const seen = window.scrollY > 0 && rows.find((row) => row.isConnected && top(row) >= 0 && top(row) < innerHeight);
    if (!seen) return () => {};
    const before = top(seen);
    return () => {
      const row = fresh.querySelector(`[data-key="${CSS.escape(seen.dataset.key)}"]`);
      if (row) window.scrollBy({ top: top(row) - before, behavior: "instant" });
    };
  };

  // Whether somebody is in the middle of something there: has a dialog or details open, or marks a text to copy it.
  const isHeld = (part) => {
    const marked = document.getSelection();
    return part.querySelector(":popover-open, details[open]") || (marked && !marked.isCollapsed && marked.containsNode(part, true));
  };

  // Puts what a page answered in the place of a part of this one. Whoever types goes on typing.
  const exchange = (id, text, url) => {
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById(id);
    const old = document.getElementById(id);
    // Another page, as after signing out, is shown whole.
    if (!fresh || !old) return location.assign(url);
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    const kept = focused && fresh.querySelector(`#${CSS.escape(focused)}`);
    if (kept && "value" in kept && document.activeElement.value !== undefined) {
      // The very element stays, with what is being typed into it.
      kept.replaceWith(document.activeElement);
    }
    const keep = anchored(old, fresh);
    old.replaceWith(fresh);
    keep();
    const again = focused && document.getElementById(focused);
    if (again) again.focus({ preventScroll: true });
    start(fresh);
    fresh.dispatchEvent(new CustomEvent("part", { bubbles: true }));
  };

  const asked = new Map();
  // Asks for a page and takes one part of it. Of several questions for one part the last one counts.
  const ask = async (id, url, options = {}) => {
    asked.get(id)?.abort();
    const control = new AbortController();
    asked.set(id, control);
    const part = document.getElementById(id);
    part?.setAttribute("aria-busy", "true");
    try {
      const headers = { "x-part": id, accept: "text/html" };
      const answer = await fetch(url, { ...options, headers, signal: control.signal, credentials: "same-origin" });
      // A server that is started again is asked later: what stands here stays.
      if (options.later && answer.status >= 500) throw new Error(`status ${answer.status}`);
      const text = await answer.text();
      if (asked.get(id) === control) exchange(id, text, answer.redirected ? answer.url : url);
      return answer.ok;
    } catch (error) {
      if (error.name === "AbortError") return true;
      document.getElementById(id)?.removeAttribute("aria-busy");
      return false;
    }
  };

  const submit = (form, submitter) => {
    const data = new FormData(form, submitter);
    // As attributes: a field that is called `action` would hide the form's own property.
    const said = (name) => submitter?.getAttribute(`form${name}`) ?? form.getAttribute(name);
    const method = (said("method") ?? "get").toLowerCase();
    const url = new URL(said("action") ?? "", location.href);
    if (method === "get") {
      url.search = new URLSearchParams(data).toString();
      if (form.hasAttribute("data-push")) history.replaceState(null, "", url);
      return ask(form.dataset.part, url);
    }
    // A form with a file travels as it is, any other one as plain fields.
    const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
    return ask(form.dataset.part, url, { method: "POST", body });
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    // Whoever sends it another way has said so.
    if (event.defaultPrevented) return;
    // Sent once: a second click before the answer is there does nothing.
    if (form.hasAttribute("data-sent")) return event.preventDefault();
    if (form.method !== "get") {
      form.setAttribute("data-sent", "");
      setTimeout(() => form.removeAttribute("data-sent"), 5_000);
    }
    if (!form.dataset.part) return;
    event.preventDefault();
    if (!(await submit(form, event.submitter))) form.removeAttribute("data-sent");
  });

  // "/" goes to the search in the bar, from wherever nobody types.
  document.addEventListener("keydown", (event) => {
    const field = document.getElementById("bar-q");
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || !field || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    field.focus();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-part]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      if (link.hasAttribute("data-push")) history.replaceState(null, "", link.href);
      ask(link.dataset.part, link.href);
    }
    const copy = event.target.closest?.("[data-copy]");
    if (copy) {
      const text = document.getElementById(copy.dataset.copy)?.textContent ?? "";
      navigator.clipboard?.writeText(text.trim()).then(() => copy.classList.add("is-done"));
    }
    const print = event.target.closest?.("[data-print]");
    if (print) window.print();
  });

  let typing;
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.dataset.part || !event.target.closest("[data-live]")) return;
    clearTimeout(typing);
    typing = setTimeout(() => submit(form), TYPING_PAUSE_MS);
  });

  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-submit]")) event.target.form.requestSubmit();
  });

  // A part with data-poll="2000" looks again every two seconds, until it comes back without it.
  const poll = (part) => {
    const every = Number(part.dataset.poll);
    let pause = every;
    const look = async () => {
      if (!part.isConnected) return;
      if (!document.hidden && !isHeld(part)) {
        if (await ask(part.id, part.dataset.from || location.href, { later: true })) return;
        pause = Math.min(pause * 2, PAUSE_MAX_MS);
      }
      setTimeout(look, pause);
    };
    setTimeout(look, every);
  };

  const start = (root) => {
    localise(root);
    const parts = root.querySelectorAll("[data-poll]");
    for (const part of root.matches?.("[data-poll]") ? [root, ...parts] : parts) poll(part);
  };
  start(document);
  // On a phone the way around is wider than the screen: where one is comes into sight.
  document.querySelector(".nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest", behavior: "instant" });
})();
