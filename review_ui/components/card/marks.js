// How members are set apart, and which verdicts fit that. Pure. The server checks the same once more.

export const MARKS = {
  different: { sign: "✕", word: "different" },
  variant: { sign: "≈", word: "variant" },
  near_duplicate: { sign: "=", word: "near-duplicate" },
  second: { sign: "②", word: "second" },
};

export function toggled(marks, object, mark) {
  const changed = new Map(marks);
  if (changed.get(object) === mark) changed.delete(object);
  else changed.set(object, mark);
  return changed;
}

export function counted(members, marks) {
  const counts = { same: 0, different: 0, variant: 0, near_duplicate: 0, second: 0 };
  for (const member of members) counts[marks.get(member.object) ?? "same"] += 1;
  return counts;
}

// The sentence that says why a verdict does not fit the marks, or null.
export function misfit(verdict, members, marks) {
  const { same, second } = counted(members, marks);
  if (verdict === "accept" && same < 2) {
    return "Fewer than two members would be left: press X to reject the group, or take a mark back.";
  }
  if (verdict === "reject" && second) {
    return "A group that is split holds two things: press A to accept both, or take the S marks back.";
  }
  return null;
}

export function acceptLabel(members, marks) {
  const { same, second } = counted(members, marks);
  if (same < 2) return "Too few left";
  if (second) return `Split ${same} + ${second}`;
  return same === members.length ? `Accept all ${same}` : `Accept ${same} of ${members.length}`;
}

// "accept · 3 different, 5 variant": a vote in the member numbers that the card shows.
export function summary({ verdict, marks, reason }, members) {
  const told = members.flatMap((member, index) => {
    const mark = marks?.[member.object];
    return mark ? [`${index + 1} ${MARKS[mark].word}`] : [];
  });
  return [verdict, told.join(", "), reason].filter(Boolean).join(" · ");
}
