/** The archive's player: one clock for sound, pictures, chapters and lanes. The page is readable without it. */
import { bindPlayer } from "./page/player";

bindPlayer(document);
