(() => {
  const frames = JSON.parse(document.getElementById("frames").textContent);
  const angles = {{ examples.angles | tojson }};
  const slider = document.getElementById("angle");
  const picture = document.getElementById("turned");
  const buttons = document.querySelectorAll(".chooser button");
  let item = 0;
  const show = () => {
    const k = Number(slider.value);
    picture.src = frames[item][k];
    document.getElementById("degrees").textContent = angles[k] + "°";
    slider.setAttribute("aria-valuetext", angles[k] + " degrees");
    buttons.forEach((b, n) => b.setAttribute("aria-pressed", String(n === item)));
    document.querySelectorAll(".answers .item").forEach((e, n) => { e.hidden = n !== item; });
    document.querySelectorAll(".now").forEach((e) => { e.hidden = Number(e.dataset.angle) !== k; });
    document.querySelectorAll(".ring i").forEach((e) => { e.classList.toggle("at", Number(e.dataset.angle) === k); });
  };
  slider.addEventListener("input", show);
  buttons.forEach((b, n) => b.addEventListener("click", () => { item = n; show(); }));
  document.querySelectorAll(".ring i").forEach((e) => e.addEventListener("click", () => { slider.value = e.dataset.angle; show(); }));
  show();
})();
