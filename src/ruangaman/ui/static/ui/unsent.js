/* What is typed into a form marked data-unsent is kept on the server: on leaving a field, every five seconds when
   something changed, and when the page goes. Without this the button "Simpan dulu" does the same by hand. */
(function () {
  "use strict";
  var doc = document, known = new WeakMap(), EVERY = 5000;

  function of(form) {
    if (!known.has(form)) known.set(form, { changed: false, keys: false, sent: false, touched: false, running: null });
    return known.get(form);
  }
  function formOf(node) { return node && node.closest ? node.closest("form[data-unsent]") : null; }
  function say(form, words, isWrong) {
    var out = form.querySelector(".keep-said");
    if (!out) return;
    out.textContent = words;
    out.classList.toggle("is-wrong", isWrong);
  }
  /* Files stay where they are: only words are kept. */
  function words(form) {
    var all = new URLSearchParams();
    new FormData(form).forEach(function (value, name) { if (typeof value === "string") all.append(name, value); });
    all.append("simpan_dulu", "1");
    return all;
  }
  function save(form, isLast) {
    var state = of(form);
    if (state.sent || state.running || !state.changed) return;
    var typed = state.keys, stop = new AbortController();
    state.changed = state.keys = false;
    state.running = stop;
    fetch(form.action, {
      method: "POST", body: words(form), redirect: "manual", keepalive: isLast, signal: stop.signal,
      headers: { "X-Unsent": typed ? "typed" : "still" }
    }).then(function (answer) {
      return answer.text().then(function (text) {
        state.running = null;
        if (answer.status === 204) return;
        if (answer.ok) { say(form, text, false); return; }
        state.changed = true;
        say(form, answer.status === 409 ? text : form.querySelector(".keep-said").dataset.fail, true);
      });
    }).catch(function () {
      state.running = null;
      if (state.sent) return;
      state.changed = true;
      say(form, form.querySelector(".keep-said").dataset.fail, true);
    });
  }
  function each(act) { Array.prototype.forEach.call(doc.querySelectorAll("form[data-unsent]"), act); }

  function changed(event) {
    var form = formOf(event.target);
    if (!form) return;
    of(form).changed = of(form).touched = true;
    if (event.type === "input" && event.isTrusted) of(form).keys = true;
  }
  doc.addEventListener("input", changed);
  doc.addEventListener("change", changed);
  doc.addEventListener("focusout", function (event) { var form = formOf(event.target); if (form) save(form, false); });
  setInterval(function () { each(function (form) { save(form, false); }); }, EVERY);
  addEventListener("pagehide", function () { each(function (form) { save(form, true); }); });
  doc.addEventListener("visibilitychange", function () {
    if (doc.visibilityState === "hidden") each(function (form) { save(form, true); });
  });

  /* The button keeps without leaving the page. Before htmx and before the form's own sending. */
  doc.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("button[name=simpan_dulu]") : null, form = formOf(button);
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    of(form).changed = true;
    save(form, false);
  }, true);

  /* Really sent: a saving on its way must not bring back what is done. What is refused comes back, and counts again. */
  function sending(form, is) {
    var state = of(form);
    state.sent = is;
    if (is && state.running) { state.running.abort(); state.running = null; }
  }
  /* What was typed into the other forms of the page goes along: if this one is refused, the page brings it back. */
  function folder(form) { return new URL(form.action, location.href).pathname.replace(/[^/]*$/, ""); }
  function isTyped(form) {
    return of(form).touched || Array.prototype.some.call(form.querySelectorAll("textarea"), function (one) {
      return one.value.trim();
    });
  }
  function carry(sent) {
    each(function (form) {
      if (form === sent || sent.method !== "post" || folder(form) !== folder(sent) || !isTyped(form)) return;
      var all = words(form), field = doc.createElement("input");
      ["csrfmiddlewaretoken", "penulis", "simpan_dulu"].forEach(function (name) { all.delete(name); });
      all.append("alamat", new URL(form.action, location.href).pathname);
      field.type = "hidden"; field.name = "di_samping"; field.value = all.toString();
      sent.appendChild(field);
      setTimeout(function () { field.remove(); }, 0);
    });
  }
  doc.addEventListener("submit", function (event) {
    var form = formOf(event.target);
    carry(event.target);
    if (form) sending(form, true);
  }, true);
  doc.addEventListener("htmx:afterRequest", function (event) {
    var form = formOf(event.detail.elt);
    if (form && !event.detail.successful) { sending(form, false); of(form).changed = true; }
  });
  addEventListener("pageshow", function () { each(function (form) { of(form).sent = false; }); });
})();
