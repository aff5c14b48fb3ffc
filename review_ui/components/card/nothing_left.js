// What stands where no group is: each says what is the matter and what to do next.

import { similarity } from "./strip.js";

export function nothingLeft(desk, left) {
  if (desk === "adjudicate") {
    return {
      title: "Nothing to settle",
      text: "No group is disputed or flagged. Come back when reviewers disagree.",
    };
  }
  if (left?.found_nothing) {
    const [low, high] = left.found_nothing.map(similarity);
    return {
      title: "The latest mining run has no groups",
      text:
        `It looked in the band of ${low} to ${high}. Decisions on groups of earlier runs are kept. ` +
        "What was mined, and with which band, is listed by:",
      command: "curate runs",
    };
  }
  if (left && !left.mined) {
    return {
      title: "No groups yet",
      text: "Take photos in, find objects, give them vectors, and mine; all of it is:",
      command: "curate run FOLDER",
    };
  }
  if (left?.elsewhere) {
    return {
      title: "Another window of yours holds what is left",
      text: "Go on there. If it was lost, its groups are free two minutes after it last answered.",
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
    text: "Export what is accepted, or find more groups with more photos or another band:",
    command: "curate export subject --name NAME --to FOLDER",
  };
}
