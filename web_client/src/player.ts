/** The archive's player: one clock for sound, pictures, chapters and lanes. The page is readable without it. */
import { bindPlayer } from "./page/player";
import { bindProgress } from "./page/progress";
import { reportProgress } from "./page/heard";

bindPlayer(document);
bindProgress(document, "words");
const [player, sound] = [document.getElementById("player"), document.getElementById("sound")];
if (player && sound instanceof HTMLMediaElement) reportProgress(player, sound, () => undefined);
