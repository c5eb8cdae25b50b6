/** Raising and lowering one's own hand; lowering can be undone, raising again is a tap. */
import { send } from "../core/actions";
import { t } from "../core/i18n";
import { handRaised } from "../core/selectors";
import { say } from "../widgets/announce";
import { offerUndo } from "../widgets/toast";

export function loweredWithUndo(): void {
  void send("LowerHand", {});
  offerUndo(t("room.hand_lowered"), t("room.undo"), () => void send("RaiseHand", {}));
}

export function toggleHand(): void {
  if (handRaised.value) {
    loweredWithUndo();
    return;
  }
  void send("RaiseHand", {});
  say(t("room.hand_up"));
}
