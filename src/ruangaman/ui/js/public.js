/* Pages work without this. With it: one history entry for all of ours, an exit at once, progress while sending. */
(() => {
"use strict";
const doc = document, root = doc.documentElement, words = () => doc.body.dataset;
let gone = false, taps = [], alone = "";

const clear = () => {
  for (const field of doc.querySelectorAll("input:not([type=hidden]),textarea,output")) {
    if (/box|radio/.test(field.type)) field.checked = false; else field.value = "";
  }
};

const leave = () => {
  const target = words().exit;
  gone = root.hidden = true;
  clear();
  fetch("/keluar", { method: "POST", keepalive: true, redirect: "manual" }).catch(() => {});
  location.replace(target);
};

/* An answer takes this page's place. A constructed sheet, for the first page's policy allows no second <style>. */
const show = (html, url) => {
  const [tag, rules] = html.match(/<style>([^]*?)<\/style>/) || [];
  if (!rules) return location.replace(url);
  const page = new DOMParser().parseFromString(html.replace(tag, ""), "text/html"), sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  doc.adoptedStyleSheets = [sheet];
  doc.querySelector("head style")?.remove();
  root.lang = page.documentElement.lang;
  history.replaceState(null, "", url);
  doc.body.replaceWith(doc.adoptNode(page.body));
  scrollTo(0, 0);
  const first = doc.querySelector("[role=alert],h1");
  if (first) { first.tabIndex = -1; first.focus({ preventScroll: true }); }
};

const send = (form, button) => {
  const data = new FormData(form), ask = new XMLHttpRequest(), note = doc.createElement("p");
  const bar = doc.createElement("progress");
  if (button?.name) data.append(button.name, button.value);
  form.dataset.busy = 1;
  note.className = "small";
  note.setAttribute("role", "status");
  note.textContent = bar.ariaLabel = words().sending;
  form.querySelector(".sent")?.remove();
  (form.querySelector(".send") || form).append(bar, note);
  ask.upload.onprogress = (step) => { bar.value = step.loaded / step.total; };
  ask.onload = () => gone || (ask.getResponseHeader("Retry-After") ? fail() : show(ask.responseText, ask.responseURL));
  /* Not ours but the proxy's, while we are down (docs/how-to/install-for-a-city.md): what was typed stays. */
  const fail = ask.onerror = () => {
    delete form.dataset.busy;
    bar.remove();
    note.classList.add("sent");
    note.textContent = words().failed;
  };
  ask.open("POST", form.action);
  ask.send(data);
};

doc.addEventListener("submit", (event) => {
  const form = event.target;
  if (/\/keluar$/.test(form.action)) { event.preventDefault(); leave(); }
  else if (form.method === "post" && doc.adoptedStyleSheets) {
    event.preventDefault();
    form.dataset.busy || send(form, event.submitter);
  }
});

doc.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || link.origin !== location.origin || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const spot = link.hash && link.pathname === location.pathname && doc.getElementById(link.hash.slice(1));
  if (spot) { spot.scrollIntoView(); spot.focus(); } else location.replace(link.href);
});

/* Shift or Esc three times in two seconds; a Shift that helped to type a letter does not count. */
addEventListener("keydown", (event) => { alone = /^(Shift|Esc)/.test(event.key) && event.key; });
addEventListener("keyup", ({ key, timeStamp }) => {
  taps = key === alone ? taps.filter((tap) => tap[0] === key && timeStamp - tap[1] < 2000) : [];
  if (key === alone && taps.push([key, timeStamp]) > 2) leave();
});

/* However she left, the browser's memory never gives back what was typed or shown. */
addEventListener("pagehide", () => { root.hidden = true; clear(); });
addEventListener("pageshow", (event) => {
  if (event.persisted) gone ? location.replace(words().exit) : location.reload();
});
})();
