/** The k-th largest of the values (k from 1), by Hoare's selection on a copy: linear, where sorting is not. */
export function kthLargest(values: Float32Array, k: number): number {
  const copy = Float32Array.from(values);
  const target = k - 1;
  let from = 0;
  let to = copy.length - 1;
  while (from < to) {
    const pivot = copy[(from + to) >> 1] as number;
    let left = from;
    let right = to;
    while (left <= right) {
      while ((copy[left] as number) > pivot) left += 1;
      while ((copy[right] as number) < pivot) right -= 1;
      if (left > right) break;
      const kept = copy[left] as number;
      copy[left] = copy[right] as number;
      copy[right] = kept;
      left += 1;
      right -= 1;
    }
    if (target <= right) to = right;
    else if (target >= left) from = left;
    else break;
  }
  return copy[target] as number;
}
