/** Slip: dashed ochre 未计入 becomes solid green 已计入 in the same place and size, so that the change is seen and heard. */
import type { ComponentChildren, JSX } from "preact";
import { Icon } from "./icon";

const ICONS = { pending: "pending", counted: "counted", void: "info" } as const;

export function Slip({
  state,
  word,
  children,
  stub,
}: {
  state: "pending" | "counted" | "void";
  word: string;
  children: ComponentChildren;
  /** What stands under the cut line. */
  stub?: ComponentChildren;
}): JSX.Element {
  return (
    <div class={state === "void" ? "slip" : `slip slip--${state}`} role="status">
      <p class="slip__state">
        <Icon name={ICONS[state]} />
        {word}
      </p>
      {children}
      {stub !== undefined && (
        <>
          <div class="slip__cut" />
          {stub}
        </>
      )}
    </div>
  );
}
