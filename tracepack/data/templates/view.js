// The lineage zooms and pans.

// What of the picture is seen.  `extent` is all there is of it, `box` what is seen: x, y, width and height in points.
class View {
  constructor(figure, svg) {
    this.figure = figure;
    this.svg = svg;
    this.graph = svg.querySelector(".graph");
    this.drawn = this.graph.getAttribute("transform");
    this.below = this.graph.transform.baseVal.consolidate().matrix.f;
    this.extent = svg.getAttribute("viewBox").split(/[\s,]+/).map(Number);
    this.box = [...this.extent];
    this.dragged = false;
  }

  // The picture moves by a transform, which costs nothing; another size of what is seen lays all text out anew.
  show() {
    const [left, top] = this.extent;
    const seen = [left, top, this.box[2], this.box[3]].map((side) => side.toFixed(2)).join(" ");
    if (seen !== this.svg.getAttribute("viewBox")) this.svg.setAttribute("viewBox", seen);
    this.graph.setAttribute("transform", `translate(${left - this.box[0]} ${top - this.box[1]}) ${this.drawn}`);
  }

  zoom(factor, at = [0.5, 0.5]) {
    const shape = this.box[3] / this.box[2];
    const most = Math.max(this.extent[2], this.extent[3] / shape);
    const width = Math.min(most, Math.max(this.extent[2] / 20, this.box[2] * factor));
    const height = width * shape;
    this.box = [this.box[0] + (this.box[2] - width) * at[0], this.box[1] + (this.box[3] - height) * at[1], width, height];
    this.show();
  }

  pan(x, y) {
    this.box[0] += x * this.box[2];
    this.box[1] += y * this.box[3];
    this.show();
  }

  // All of it, in the shape by which the page's rules know it.
  whole() {
    this.box = [...this.extent];
    this.svg.setAttribute("width", `${this.extent[2]}pt`);
    this.svg.setAttribute("height", `${this.extent[3]}pt`);
  }

  reset() {
    this.whole();
    this.svg.removeAttribute("style");
    this.figure.style.setProperty("--natural", `${this.extent[2]}px`);
    this.show();
  }

  // Pixels to a point, asked for while nothing is changed: a question after a change costs a layout.  Browsers measure in
  // 64ths of a pixel; a scale in 1024ths and sides in 16s of points are kept to the bit, so that no text is laid out anew.
  measure() {
    this.scale = Math.round((1024 * this.svg.getBoundingClientRect().width) / this.box[2]) / 1024;
  }

  // Another extent at the same scale: where all was seen the picture grows, where a part was seen that part is.
  grow(extent) {
    const whole = this.box.every((side, place) => Math.abs(side - this.extent[place]) < 0.01);
    this.extent = extent.map((side, place) => (place < 2 ? side : 16 * Math.ceil(side / 16)));
    if (!whole) return;
    this.whole();
    const [width, height] = this.extent.slice(2).map((side) => side * this.scale);
    Object.assign(this.svg.style, { width: `${width}px`, height: `${height}px`, minWidth: 0, maxWidth: "none" });
    this.show();
  }

  // Do something, after which the element is seen where it was before: by scrolling, or else by moving the picture.
  keeping(element, change) {
    const before = element.getBoundingClientRect();
    this.measure();
    change();
    const moved = () => {
      const now = element.getBoundingClientRect();
      return [now.left - before.left, now.top - before.top];
    };
    this.figure.scrollLeft += moved()[0];
    window.scrollBy({ top: moved()[1], behavior: "instant" });
    const [x, y] = moved();
    if (Math.abs(x) < 0.5 && Math.abs(y) < 0.5) return;
    this.box[0] += x / this.scale;
    this.box[1] += y / this.scale;
    this.show();
  }
}

// --- buttons, keys, wheel and pointer

function tools(picture, figure) {
  const view = picture.view;
  const reset = () => {
    picture.choose(null);
    view.reset();
  };
  const bar = make("div", "", { class: "bar-of-tools" });
  const buttons = [["+", words.in, () => view.zoom(0.7)], ["−", words.out, () => view.zoom(1 / 0.7)], [words.all, words.all, reset]];
  if (picture.told) buttons.push([words.fold, words.fold, () => picture.fold()]);
  for (const [text, says, act] of buttons) {
    const button = make("button", text, { type: "button", "aria-label": says });
    button.addEventListener("click", act);
    bar.append(button);
  }
  bar.append(make("span", words.lineage, { class: "quiet" }));
  figure.before(bar);
  figure.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] };
    if (moves[event.key]) view.pan(...moves[event.key]);
    else if (event.key === "+") view.zoom(0.7);
    else if (event.key === "-") view.zoom(1 / 0.7);
    else if (event.key === "Escape") reset();
    else return;
    event.preventDefault();
  });
}

function pointer(picture) {
  const { view, svg } = picture;
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const place = svg.getBoundingClientRect();
    view.zoom(event.deltaY < 0 ? 0.85 : 1 / 0.85, [(event.clientX - place.left) / place.width, (event.clientY - place.top) / place.height]);
  }, { passive: false });
  let held = null, from = null;
  svg.addEventListener("pointerdown", (event) => {
    from = held = [event.clientX, event.clientY];
    view.dragged = false;
  });
  window.addEventListener("pointerup", () => {
    held = null;
    setTimeout(() => { view.dragged = false; }); // after the click that ends the drag
  });
  svg.addEventListener("pointermove", (event) => {
    if (!held || event.pointerType === "touch") return;
    if (Math.hypot(event.clientX - from[0], event.clientY - from[1]) > 4) view.dragged = true;
    view.pan((held[0] - event.clientX) / svg.clientWidth, (held[1] - event.clientY) / svg.clientHeight);
    held = [event.clientX, event.clientY];
  });
  svg.addEventListener("click", () => { if (!view.dragged) picture.choose(null); });
}
