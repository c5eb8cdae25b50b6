/** The archive's player: slides, speaker, transcript and search on one timeline. */
import "./styles/tokens.css";
import "./styles/components.css";
