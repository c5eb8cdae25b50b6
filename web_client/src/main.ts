/** The live room: the only place where the store, the network, the media and the views are tied together. */
import "./styles/tokens.css";
import "./styles/components.css";
