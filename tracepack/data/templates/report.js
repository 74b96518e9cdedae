"use strict";
// Tables sort and filter.  Without this script the page reads the same.
const words = document.getElementById("words").dataset;
const make = (name, text, attributes) => {
  const element = document.createElement(name);
  element.textContent = text;
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  return element;
};
const number = (text) => {
  const found = text.replace(/\s/g, "").replace(",", ".").match(/^[^\d-]*(-?\d+(\.\d+)?)/);
  return found ? Number(found[1]) : null;
};
const compare = (a, b, numeric) => {
  if (numeric) return (number(a) ?? -Infinity) - (number(b) ?? -Infinity);
  return a.localeCompare(b, document.documentElement.lang, { numeric: true });
};

function sortable(table) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, place) => {
    const button = make("button", head.textContent, { type: "button", class: "sort" });
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const text = (row) => row.cells[place].textContent.trim();
      const rows = [...body.rows].sort((a, b) => compare(text(a), text(b), head.classList.contains("number")) * (down ? -1 : 1));
      body.append(...rows);
    });
  });
  if (body.rows.length < 6) return;
  const field = make("input", "", { type: "search", autocomplete: "off" });
  const label = make("label", words.filter + " ", { class: "filter" });
  label.append(field);
  table.parentElement.before(label);
  field.addEventListener("input", () => {
    const wanted = field.value.toLocaleLowerCase();
    for (const row of body.rows) row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
  });
}

document.querySelectorAll("table:not(.facts)").forEach(sortable);
