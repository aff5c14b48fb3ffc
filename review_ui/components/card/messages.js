// What stands where no card is: each says what is the matter and what to do next.

export const FETCHING = { title: "Fetching the next group" };

export function nothingLeft(desk, left) {
  if (desk === "adjudicate") {
    return {
      title: "Nothing to settle",
      text: "No group is disputed or flagged. Come back when reviewers disagree.",
    };
  }
  if (left?.open) {
    return {
      title: "Nothing for you right now",
      text: "The groups that are left wait for other reviewers, or are with them. Come back later.",
    };
  }
  return {
    title: "Every group has been judged",
    text: "Add photos, or mine with another band, to find more:",
    command: "curate mine",
  };
}

export function loggedOut(unsaved) {
  return {
    title: "Your session has ended: log in again",
    text: unsaved ? "What is unsaved stays in this tab and is sent after the login." : "",
    button: { label: "Log in", press: () => location.reload() },
  };
}
