// What stands where nothing can be judged any more.

export function loggedOut(unsaved) {
  return {
    title: "Your session has ended: log in again",
    text: unsaved ? "What is unsaved stays in this tab and is sent after the login." : "",
    button: { label: "Log in", press: () => location.reload() },
  };
}
