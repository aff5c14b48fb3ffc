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

// What X says. Where views are new to a group that was accepted it is about them alone: the accepted stay one thing,
// unless fewer than two of them are left without a mark.
export function rejection({ members, new_views: added = [] }, marks) {
  const unmarked = members.map(({ object }) => object).filter((object) => !marks.has(object));
  const fresh = new Set(added.map((index) => members[index].object));
  const left = unmarked.filter((object) => !fresh.has(object)).length;
  if (!added.length || left < 2) return { verdict: "reject", marks };
  const apart = unmarked.filter((object) => fresh.has(object)).map((object) => [object, "different"]);
  return { verdict: "accept", marks: new Map([...marks, ...apart]) };
}

// How many new views a verdict rejects: it keeps none of them, and nothing but what was accepted before. The server
// tells the same of what is stored.
export function rejectedNew({ members, new_views: added = [], apart = {} }, verdict, marks) {
  const outside = [...added.map((index) => members[index].object), ...Object.keys(apart)];
  const split = [...marks.values()].includes("second");
  return verdict === "accept" && !split && outside.every((object) => marks.has(object)) ? added.length : 0;
}

// The marks that a card begins with: those of the reviewer's last word, but for what X has set on new views by
// itself, so that after an undo A is about them again. `byHand`: objects that were marked before the verdict; a
// window that was loaded since knows of none.
export function firstMarks(card, byHand = new Set()) {
  const { members, new_views: added = [], apart, mine } = card;
  const said = new Map(Object.entries(mine?.marks ?? {}));
  const marks = new Map([...Object.entries(apart ?? {}), ...said]);
  if (!mine || !rejectedNew(card, mine.verdict, said)) return marks;
  for (const { object } of added.map((index) => members[index])) {
    if (marks.get(object) === "different" && !byHand.has(object)) marks.delete(object);
  }
  return marks;
}

export function rejectLabel(card, marks) {
  if (!card.new_views?.length) return "Reject";
  const { verdict } = rejection(card, marks);
  return verdict === "reject" ? `Reject all ${card.members.length}` : `Reject ${card.new_views.length} new`;
}

// What is asked about views that are new to a group that was accepted; "" if there are none.
export function question(card, marks) {
  const added = card.new_views ?? [];
  if (!added.length) return "";
  const several = added.length > 1;
  const [them, they] = several ? ["them", "they are"] : ["it", "it is"];
  const numbers = new Intl.ListFormat("en").format(added.map((index) => String(index + 1)));
  const joined = `${several ? "Members" : "Member"} ${numbers} joined a group that was accepted.`;
  if (rejection(card, marks).verdict === "reject") {
    return `${joined} X now also says that those accepted before are not the same thing.`;
  }
  const left = added.filter((index) => !marks.has(card.members[index].object)).length;
  const apart = left === added.length ? "" : ", but for those marked";
  const accept = left ? `A: ${they} the same thing${apart}.` : `A: ${they} set apart as marked.`;
  return `${joined} ${accept} X: ${they} not, and the group stays accepted without ${them}.`;
}

// "accept · 3 different, 5 variant": a vote in the member numbers that the card shows.
export function summary({ verdict, marks, reason }, members) {
  const told = members.flatMap((member, index) => {
    const mark = marks?.[member.object];
    return mark ? [`${index + 1} ${MARKS[mark].word}`] : [];
  });
  return [verdict, told.join(", "), reason].filter(Boolean).join(" · ");
}
