/** Runs only where the room runs, so that the join page learns of an engine that is too old before anybody is let down. */
const nobody = { started: (): void => undefined };
/** `??` is the newest syntax of the room's build: an engine that can't read it doesn't run this line. */
const check = (globalThis as { readonly engine?: typeof nobody }).engine ?? nobody;
check.started();
