// What stands where no removal is: each says what is the matter and what to do next.

export function nothingLeft(desk, left) {
  if (left && !left.any) {
    return {
      title: "No removals yet",
      text: "Take accepted objects out of their photos; several removers side by side give you a choice:",
      command: "curate remove",
    };
  }
  if (desk === "adjudicate") {
    return {
      title: "Nothing to settle",
      text: "No removal is disputed or flagged. Come back when reviewers disagree.",
    };
  }
  if (left?.elsewhere) {
    return {
      title: "Another window of yours holds what is left",
      text: "Go on there. If it was lost, its removals are free two minutes after it last answered.",
    };
  }
  if (left?.open) {
    return {
      title: "Nothing for you right now",
      text: "The removals that are left wait for other reviewers, or are with them. Come back later.",
    };
  }
  return {
    title: "Every removal has been judged",
    text: "Export what is accepted, or try another remover on what was rejected:",
    command: "curate export insertion --name NAME --to FOLDER",
  };
}
