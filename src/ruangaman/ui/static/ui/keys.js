/* Everything here has a button or a link as well. Ctrl+K opens the palette; Esc twice covers the page; single letters
   move in lists and go to sections, unless somebody types or has turned them off. */
(function () {
  "use strict";
  var doc = document, body = doc.body, box = doc.getElementById("palet"), sheet = doc.getElementById("lembar");
  var cover = doc.getElementById("tirai");
  if (!box || !box.showModal) return;
  var input = doc.getElementById("palet-cari"), list = doc.getElementById("palet-isi"), said = box.querySelector("[role=status]");
  var code = /^(?:[kl][-\s][0-9a-hjkmnp-tv-z]{3,8}|(?=.*\d)(?:[kl][-\s]?)?[0-9a-hjkmnp-tv-z]{3,8}|[0-9a-hjkmnp-tv-z]{8})$/i, asked = 0, chosen = null, went = 0, wait = 0;

  function each(found, act) { Array.prototype.forEach.call(found, act); }
  function token() { return JSON.parse(body.getAttribute("hx-headers") || "{}"); }
  function headers() { var found = token(); found["HX-Request"] = "true"; return found; }

  /* The palette: the server says what there is, once; letters only narrow it. A code is asked for. */
  function load(typed, then) {
    var mine = ++asked, sent = new URLSearchParams({ cari: typed, di: box.querySelector("[name=di]").value });
    fetch("/palet/", { method: "POST", headers: headers(), body: sent })
      .then(function (answer) { if (!answer.ok || answer.redirected) throw answer; return answer.text(); })
      .then(function (text) { if (mine === asked) { list.innerHTML = text; then(); } },
            function () { if (mine === asked) { said.textContent = said.dataset.away; said.className = "palette-none"; } });
  }
  function options() {
    return Array.prototype.filter.call(list.querySelectorAll("[role=option]"), function (one) { return !one.hidden; });
  }
  function choose(one) {
    if (chosen) chosen.setAttribute("aria-selected", "false");
    chosen = one || null;
    if (!chosen) { input.removeAttribute("aria-activedescendant"); return; }
    chosen.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  }
  function narrow() {
    var words = code.test(input.value.trim()) ? [] : input.value.toLowerCase().split(/\s+/).filter(Boolean);
    each(list.querySelectorAll("[role=option]"), function (one) {
      one.hidden = !words.every(function (word) { return one.dataset.words.indexOf(word) >= 0; });
    });
    each(list.querySelectorAll("[role=group]"), function (group) {
      group.hidden = !group.querySelector("[role=option]:not([hidden])");
    });
    var found = options();
    choose(found[0]);
    said.textContent = found.length ? String(found.length) : said.dataset.none;
    said.className = found.length ? "vh" : "palette-none";
  }
  var isCode = false;
  function typed() {
    clearTimeout(wait);
    var now = code.test(input.value.trim());
    if (!now && !isCode) { narrow(); return; }
    isCode = now;
    wait = setTimeout(function () { load(now ? input.value : "", narrow); }, now ? 150 : 0);
  }
  function act(one) {
    if (!one) return;
    if (!one.hasAttribute("data-posts")) { box.close(); location.assign(one.dataset.url); return; }
    var form = doc.createElement("form"), field = doc.createElement("input");
    form.method = "post"; form.action = one.dataset.url; form.hidden = true;
    field.name = "csrfmiddlewaretoken"; field.value = token()["X-CSRFToken"] || "";
    form.appendChild(field); body.appendChild(form); form.submit();
  }
  function open() {
    if (!cover.hidden) return;
    if (sheet.open) sheet.close();
    if (!box.open) box.showModal();
    input.value = ""; input.setAttribute("aria-expanded", "true"); input.focus();
    isCode = false; load("", narrow);
  }
  box.addEventListener("close", function () { asked++; list.textContent = said.textContent = ""; choose(null); input.setAttribute("aria-expanded", "false"); });
  input.addEventListener("input", typed);
  box.querySelector("form").addEventListener("submit", function (event) { event.preventDefault(); act(chosen); });
  input.addEventListener("keydown", function (event) {
    var found = options(), at = found.indexOf(chosen), last = found.length - 1;
    var to = { ArrowDown: at < last ? at + 1 : 0, ArrowUp: at > 0 ? at - 1 : last, PageDown: Math.min(at + 8, last), PageUp: Math.max(at - 8, 0) }[event.key];
    if (to === undefined || !found.length) return;
    event.preventDefault(); choose(found[to]);
  });
  list.addEventListener("click", function (event) { act(event.target.closest("[role=option]")); });
  list.addEventListener("pointerdown", function (event) { event.preventDefault(); });
  each([box, sheet], function (one) {
    one.addEventListener("click", function (event) {
      if (event.target === one || event.target.closest("[data-close]")) one.close();
    });
  });
  each(doc.querySelectorAll("[data-palette]"), function (link) {
    link.addEventListener("click", function (event) {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault(); open();
    });
  });

  function help() {
    fetch("/palet/pintasan/", { headers: headers() })
      .then(function (answer) { if (!answer.ok || answer.redirected) throw answer; return answer.text(); })
      .then(function (text) {
        if (!cover.hidden || box.open || sheet.open) return;
        sheet.innerHTML = text; sheet.showModal(); doc.getElementById("pintasan-nama").focus();
      }, function () { location.assign("/palet/pintasan/"); });
  }

  /* Somebody sits down: Esc twice, and the page is a blank sheet with a name that says nothing. A third Esc within two
     seconds closes the screen for good (staff.js). */
  var name = doc.querySelector("title"), before = "", back = null, escapes = [];
  new MutationObserver(function () {
    if (!cover.hidden && doc.title !== cover.getAttribute("aria-label")) { before = doc.title; doc.title = cover.getAttribute("aria-label"); }
  }).observe(name, { childList: true });
  function hide() {
    back = doc.activeElement;
    if (box.open) box.close();
    if (sheet.open) sheet.close();
    each(body.children, function (one) { if (one !== cover) one.inert = true; });
    before = doc.title; cover.hidden = false; doc.title = cover.getAttribute("aria-label");
    cover.querySelector("button").hidden = true; cover.focus();
  }
  function offer() { var button = cover.querySelector("button"); button.hidden = false; button.focus(); }
  function show() {
    cover.hidden = true; doc.title = before;
    each(body.children, function (one) { one.inert = false; });
    if (back && back.isConnected) back.focus();
  }
  cover.querySelector("button").addEventListener("click", show);
  cover.addEventListener("pointerdown", function () { if (cover.querySelector("button").hidden) offer(); });
  addEventListener("keyup", function (event) {
    if (event.key !== "Escape") { escapes = []; return; }
    escapes = escapes.filter(function (at) { return event.timeStamp - at < 1000; });
    escapes.push(event.timeStamp);
    if (escapes.length === 2 && cover.hidden) hide();
  });

  function rows() {
    return Array.prototype.filter.call(doc.querySelectorAll("main .row-why a, main a.command, main [data-row]"), function (one) { return one.offsetParent; });
  }
  function step(by) {
    var found = rows(), at = found.indexOf(doc.activeElement);
    var to = found[at < 0 ? (by > 0 ? 0 : found.length - 1) : at + by];
    if (to) { to.focus({ preventScroll: true }); to.scrollIntoView({ block: "nearest" }); }
  }
  function types(one) { return one && (one.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(one.tagName)); }
  addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (box.open) box.close(); else open();
      return;
    }
    if (!cover.hidden) {
      if (cover.querySelector("button").hidden && !/^(Escape|Control|Meta|Alt|Shift)$/.test(event.key)) { event.preventDefault(); offer(); }
      return;
    }
    if (!body.hasAttribute("data-keys") || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (types(event.target) || box.open || sheet.open) return;
    var key = event.key.toLowerCase(), going = went && event.timeStamp - went < 1500;
    if (key === "shift") return;
    went = 0;
    if (going) {
      var link = doc.querySelector('.nav [data-go="' + CSS.escape(key) + '"]');
      if (link) { event.preventDefault(); link.click(); }
    } else if (key === "g") went = event.timeStamp;
    else if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (key === "?") { event.preventDefault(); help(); }
  });
})();
