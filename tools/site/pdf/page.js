// Prepares a page of the book for paper. Called in the page, with print media and a light theme.

// What the address of the page is on paper, "" when the book is not published.
function note(text, address, file) {
  const line = document.createElement("p");
  line.className = "lmb-print-note";
  const link = document.createElement("a");
  link.href = address || "#";
  link.textContent = address;
  const where = address ? ["See ", link, "."] : [`See the page ${file} of the built book.`];
  line.append(`${text} works only in the web page. `, ...where);
  return line;
}

// An explorer gives way to a line that says where it runs.
function replaceExplorers(address, file) {
  for (const explorer of document.querySelectorAll("[class^='lmb-'][class$='-explorer']")) {
    const named = document.getElementById(explorer.getAttribute("aria-labelledby") || "");
    const name = (explorer.getAttribute("aria-label") || named?.textContent || "").trim();
    const text = name ? `The interactive figure “${name}”` : "This interactive figure";
    explorer.replaceWith(note(text, address, file));
  }
}

// The reasons of every self-check stand behind the text, under the number of the question.
function moveAnswers(article) {
  const answers = [...document.querySelectorAll(".lmb-q")].map((question, index) => {
    const number = document.createElement("strong");
    number.textContent = `Question ${index + 1}. `;
    question.querySelector(".lmb-q-prompt").prepend(number);
    const reasons = question.querySelector(".lmb-q-reasons");
    const part = document.createElement("div");
    part.className = "lmb-print-answer";
    part.append(number.cloneNode(true), reasons);
    return part;
  });
  if (!answers.length) return;
  const section = document.createElement("section");
  section.className = "lmb-print-answers";
  const title = document.createElement("h2");
  title.textContent = "Answers to the questions";
  section.append(title, ...answers);
  article.append(section);
}

// Chromium writes a destination for an id only if a link of the page leads to it.
function linkEveryId(article) {
  const links = document.createElement("div");
  links.hidden = true;
  for (const target of article.querySelectorAll("[id]")) {
    const link = document.createElement("a");
    link.href = `#${target.id}`;
    links.append(link);
  }
  article.append(links);
}

// Makes the letters of `node` smaller until its content fits; the least factor is a legible size.
function shrink(node, styled, least) {
  const size = parseFloat(getComputedStyle(styled).fontSize);
  let factor = 1;
  for (let round = 0; round < 6 && node.scrollWidth > node.clientWidth + 1; round += 1) {
    factor = Math.max(least, factor * Math.min(0.97, node.clientWidth / node.scrollWidth));
    styled.style.fontSize = `${size * factor}px`;
  }
}

function fitWidths(article) {
  for (const formula of article.querySelectorAll("mjx-container[display='true']")) {
    shrink(formula, formula, 0.3);
  }
  for (const formula of article.querySelectorAll("mjx-container:not([display])")) {
    const room = formula.parentElement.closest("p, li, td, th, dd, figcaption, div").clientWidth;
    const wide = formula.getBoundingClientRect().width;
    const size = parseFloat(getComputedStyle(formula).fontSize);
    if (wide > room) formula.style.fontSize = `${(size * room) / wide}px`;
  }
  const tables = ".pst-scrollable-table-container, .cell_output .text_html";
  for (const box of article.querySelectorAll(tables)) {
    for (const table of box.querySelectorAll("table")) {
      shrink(box, table, 0.6);
      if (box.scrollWidth > box.clientWidth + 1) table.classList.add("lmb-print-wide");
    }
  }
  for (const text of article.querySelectorAll(".cell_output pre")) {
    text.style.whiteSpace = "pre";
    shrink(text, text, 0.7);
    if (text.scrollWidth > text.clientWidth + 1) text.style.whiteSpace = "pre-wrap";
  }
}

// What reaches over the edge of the text and would be cut: one line each.
function cut(article) {
  const edge = article.getBoundingClientRect().right + 2;
  const shown = "p, pre, li, table, img, svg, mjx-math, h1, h2, h3, h4, dt, dd";
  return [...article.querySelectorAll(shown)]
    .filter((node) => !node.closest("svg svg, [hidden]") && node.getBoundingClientRect().width > 0)
    .filter((node) => node.getBoundingClientRect().right > edge)
    .map((node) => {
      const over = Math.round(node.getBoundingClientRect().right - edge);
      return `${node.tagName} ${over} px: ${node.textContent.trim().slice(0, 60)}`;
    });
}

// Links to other pages of the book get an address that the PDF's maker finds and replaces.
function markLinks(article, nowhere) {
  for (const link of article.querySelectorAll("a[href]")) {
    if (link.origin !== location.origin) continue;
    if (link.pathname === location.pathname) link.setAttribute("href", link.hash || "#");
    else link.href = `${nowhere}${link.pathname.slice(1)}${link.hash}`;
  }
}

// Short code and short tables stand on one page; what is long may break between lines.
function keepTogether(article, height) {
  const boxes = ".cell_input, .cell_output .output, .lmb-src, table";
  for (const box of article.querySelectorAll(boxes)) {
    if (box.getBoundingClientRect().height > height * 0.4) box.classList.add("lmb-print-long");
  }
}

// The headings as a reader sees them: Chromium's own outline drops the space where a line breaks.
function headings(article) {
  const shown = [...article.querySelectorAll("h1, h2, h3, h4, h5, h6")];
  return shown
    .filter((heading) => heading.getBoundingClientRect().height > 0)
    .map((heading) => heading.innerText.replace(/\s+/g, " ").trim());
}

window.lmbPrepare = ({ address, file, nowhere }) => {
  const article = document.querySelector(".bd-article");
  for (const box of article.querySelectorAll("details:not(.hide)")) box.open = true;
  for (const picture of article.querySelectorAll("img")) picture.loading = "eager";
  replaceExplorers(address, file);
  moveAnswers(article);
  markLinks(article, nowhere);
  fitWidths(article);
  keepTogether(article, window.innerHeight);
  linkEveryId(article);
  return { cut: cut(article), headings: headings(article) };
};
