/* Staff pages work without this. With it: the screen warns before it locks, Esc three times closes it, a form is sent
   once, what is not taken says so, what is for paper has a button that prints it, and what has the focus is in sight. */
(function () {
  "use strict";
  var doc = document, body = doc.body, limit = Number(body.dataset.idle || 900) * 1000, last = Date.now(), asked = last;
  var taps = [], box = doc.querySelector(".idle");

  /* The server counts requests, so the page does too; what polls by itself is not a person. */
  function touch() { last = Date.now(); if (box) box.hidden = true; }
  function ask() {
    asked = Date.now();
    if (!body.dataset.alive) return;
    fetch(body.dataset.alive, { method: "POST", headers: JSON.parse(body.getAttribute("hx-headers") || "{}") })
      .then(function (answer) { if (answer.ok && !answer.redirected) touch(); }, function () {});
  }
  function person() {
    if (body.dataset.alive && Date.now() - asked > limit / 4) ask();
  }
  if (box && body.dataset.locked) {
    addEventListener("keydown", person, true);
    addEventListener("pointerdown", person, true);
    doc.addEventListener("htmx:afterRequest", function (event) {
      if (event.detail.successful && event.detail.elt.id !== "alarm") touch();
    });
    box.querySelector("button").addEventListener("click", function () {
      if (body.dataset.alive) ask(); else location.reload();
    });
    setInterval(function () {
      var idle = Date.now() - last;
      if (idle > limit) location.replace(body.dataset.locked);
      else if (idle > limit - 60000 && box.hidden) box.hidden = false;
    }, 1000);
  }

  addEventListener("keyup", function (event) {
    if (event.key !== "Escape") { taps = []; return; }
    taps = taps.filter(function (at) { return event.timeStamp - at < 2000; });
    taps.push(event.timeStamp);
    var form = doc.querySelector("form[data-panic]");
    if (taps.length > 2 && form) { doc.documentElement.hidden = true; form.submit(); }
  });

  doc.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
  });

  /* What a script sent and nobody took: the form says so, with all that was typed still in it. */
  function failed(event) {
    var form = event.detail.elt.closest("form"), words = doc.getElementById("failed");
    if (!form || event.detail.requestConfig.verb !== "post") return;
    settled(event);
    var go = form.querySelector(".form-go");
    (go ? go.parentNode : form).insertBefore(words.content.cloneNode(true), go);
    form.querySelector(".failed").scrollIntoView({ block: "nearest" });
  }
  function settled(event) {
    var form = event.detail.elt.closest("form"), said = form && form.querySelector(".failed");
    if (said) said.remove();
  }
  doc.addEventListener("htmx:responseError", failed);
  doc.addEventListener("htmx:sendError", failed);
  doc.addEventListener("htmx:beforeRequest", settled);
  Array.prototype.forEach.call(doc.querySelectorAll("[data-print]"), function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
  addEventListener("pageshow", function (event) {
    Array.prototype.forEach.call(doc.forms, function (form) { delete form.dataset.sent; });
    if (event.persisted) location.reload();
  });

  /* What needs another look is where one looks: the summary of a form that was refused. */
  var again = doc.querySelector("main .again");
  if (again && !location.hash) again.focus();
  /* On a phone the sections lie over the foot of the page: what the keyboard reaches is never under them, also not
     in part. Not on a press: a button that moves away under the finger would not be pressed. */
  doc.addEventListener("focusin", function (event) {
    var bar = doc.querySelector(".nav"), at = event.target;
    if (!bar || !at.closest("main") || !at.matches(":focus-visible") || getComputedStyle(bar).position !== "fixed") return;
    if (at.getBoundingClientRect().bottom > bar.getBoundingClientRect().top) at.scrollIntoView({ block: "nearest" });
  });
})();
