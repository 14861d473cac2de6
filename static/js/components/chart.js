// The cursor of a chart: the nearest point under the pointer, its numbers in a small card.
export function startCharts() {}
