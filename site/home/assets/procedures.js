/* Filters of the list of procedures. Without this script the list stands there whole. */
(() => {
  const form = document.querySelector(".sop-filter");
  const rows = [...document.querySelectorAll(".sop-procedures tbody tr")];
  const groups = [...document.querySelectorAll(".sop-group")];
  const asked = new URLSearchParams(location.search);
  for (const [name, value] of asked) if (form.elements[name]) form.elements[name].value = value;

  const fits = (row) => {
    const { words, team, status } = form.elements;
    const text = row.textContent.toLowerCase();
    const bare = text.replaceAll("-", "");
    return (!team.value || row.dataset.teams.split(" ").includes(team.value))
      && (!status.value || row.dataset.status === status.value)
      && words.value.toLowerCase().split(/\s+/).every((word) => text.includes(word) || bare.includes(word));
  };
  const show = () => {
    for (const row of rows) row.hidden = !fits(row);
    for (const group of groups) group.hidden = !group.querySelector("tbody tr:not([hidden])");
    const left = rows.filter((row) => !row.hidden).length;
    form.querySelector("output").textContent = left === rows.length ? "" : `${left} of ${rows.length}`;
    const kept = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    history.replaceState(null, "", `${location.pathname}${kept.size ? `?${kept}` : ""}${location.hash}`);
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  if (asked.size) show();
})();
