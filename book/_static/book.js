// Controls are called by what they show (WCAG 2.5.3, Label in Name). "interactive" comes before the
// theme's deferred scripts, which turn an icon's title into hidden text.
document.addEventListener("readystatechange", () => {
  if (document.readyState !== "interactive") return;
  const named = "button[aria-label], a[aria-label], summary[aria-label], .nav-link[aria-label]";
  for (const control of document.querySelectorAll(named)) {
    if (control.textContent.trim()) control.removeAttribute("aria-label");
  }
  for (const icon of document.querySelectorAll("button[aria-label] i[title]")) {
    icon.removeAttribute("title");
  }
  // docutils calls the references a list, though their links are no list items
  for (const part of document.querySelectorAll(".citation-list, .citation-list [role]")) {
    part.removeAttribute("role");
  }
});

// Paper is white: a page in the dark theme is printed in the light one.
let shownTheme;
window.addEventListener("beforeprint", () => {
  shownTheme = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
window.addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = shownTheme;
});
