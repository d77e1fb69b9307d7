// Draws how long a reply is waited for: the time in words, and a bar with the strong and the good target.
function drawClock(clock, seconds, targets, labels) {
  const band = seconds <= targets.strong ? "strong" : seconds <= targets.good ? "good" : "late";
  const until = band === "strong" ? targets.strong : targets.good;
  clock.dataset.band = band;
  const time = document.createElement("b");
  time.textContent = clockTime(seconds);
  clock.querySelector(".clock-text").replaceChildren(time, ` ${fill(labels[band], { until: clockTime(until) })}`);
  const whole = targets.good * 1.5;
  clock.querySelector(".clock-fill").style.width = `${Math.min(100, (100 * seconds) / whole)}%`;
  [targets.strong, targets.good].forEach((at, place) => {
    clock.querySelectorAll(".clock-bar i")[place].style.insetInlineStart = `${(100 * at) / whole}%`;
  });
}
