/** Takes the rule that stands in the place of the meeting's own: an ordinary request, so that the page of the meeting does the same. */
export async function takeRule(url: string, csrf: string): Promise<boolean> {
  try {
    const reply = await fetch(url, { method: "POST", redirect: "manual", body: new URLSearchParams({ csrf }) });
    return reply.type === "opaqueredirect";
  } catch {
    return false;
  }
}
