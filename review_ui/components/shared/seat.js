// A tab's own id, which its leases are held under.

// It lies in sessionStorage only between two page loads: a duplicated tab, which gets a copy of the storage,
// must not sit on the same seat.
export function takeSeat(desk) {
  const place = `recurate.seat.${desk}`;
  const seat = sessionStorage.getItem(place) ?? crypto.randomUUID();
  sessionStorage.removeItem(place);
  addEventListener("pagehide", () => sessionStorage.setItem(place, seat));
  return seat;
}
