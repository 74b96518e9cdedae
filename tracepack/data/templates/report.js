"use strict";
// Tables sort and filter; the lineage zooms, pans and shows what a lot was made from.  Without this script the page reads the same.
(() => {
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

  function zoomable(figure) {
    const svg = figure.querySelector("svg");
    const whole = svg.getAttribute("viewBox").split(/[\s,]+/).map(Number);
    let box = [...whole];
    const show = () => svg.setAttribute("viewBox", box.map((side) => side.toFixed(2)).join(" "));
    const zoom = (factor, at = [0.5, 0.5]) => {
      const width = Math.min(whole[2], Math.max(whole[2] / 20, box[2] * factor));
      const height = (width * whole[3]) / whole[2];
      box = [box[0] + (box[2] - width) * at[0], box[1] + (box[3] - height) * at[1], width, height];
      show();
    };
    const pan = (x, y) => { box[0] += x * box[2]; box[1] += y * box[3]; show(); };
    const reset = () => { box = [...whole]; show(); highlight(null); };
    const bar = make("div", "", { class: "bar-of-tools" });
    for (const [text, says, act] of [["+", words.in, () => zoom(0.7)], ["−", words.out, () => zoom(1 / 0.7)], [words.all, words.all, reset]]) {
      const button = make("button", text, { type: "button", "aria-label": says });
      button.addEventListener("click", act);
      bar.append(button);
    }
    bar.append(make("span", words.lineage, { class: "quiet" }));
    figure.before(bar);
    figure.addEventListener("keydown", (event) => {
      const moves = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] };
      if (moves[event.key]) pan(...moves[event.key]);
      else if (event.key === "+") zoom(0.7);
      else if (event.key === "-") zoom(1 / 0.7);
      else if (event.key === "Escape") reset();
      else return;
      event.preventDefault();
    });
    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const place = svg.getBoundingClientRect();
      zoom(event.deltaY < 0 ? 0.85 : 1 / 0.85, [(event.clientX - place.left) / place.width, (event.clientY - place.top) / place.height]);
    }, { passive: false });
    let held = null;
    svg.addEventListener("pointerdown", (event) => { held = [event.clientX, event.clientY]; });
    window.addEventListener("pointerup", () => { held = null; });
    svg.addEventListener("pointermove", (event) => {
      if (!held || event.pointerType === "touch") return;
      pan((held[0] - event.clientX) / svg.clientWidth, (held[1] - event.clientY) / svg.clientHeight);
      held = [event.clientX, event.clientY];
    });

    // A box of the picture is a node or a fold of many; each says which it is, and each link which two it joins.
    const boxes = [...svg.querySelectorAll(".node")];
    const links = [...svg.querySelectorAll(".edge")].map((edge) => ({ edge, ends: edge.dataset.ends.split(" ") }));
    function highlight(id) {
      svg.classList.toggle("choosing", id !== null);
      const above = new Set(id === null ? [] : [id]);
      for (const one of above) for (const { ends } of links) if (ends[1] === one) above.add(ends[0]);
      for (const box of boxes) box.classList.toggle("chosen", above.has(box.dataset.ends));
      for (const { edge, ends } of links) edge.classList.toggle("chosen", above.has(ends[1]));
    }
    for (const box of boxes) {
      const name = box.querySelector("title");
      for (const [key, value] of [["tabindex", "0"], ["role", "button"], ["aria-label", name ? name.textContent : ""]]) box.setAttribute(key, value);
      box.addEventListener("click", () => highlight(box.dataset.ends));
      box.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        highlight(box.dataset.ends);
      });
    }
  }

  document.querySelectorAll("table:not(.facts)").forEach(sortable);
  document.querySelectorAll("figure.zooms").forEach(zoomable);
})();
