/** Styles of the server-rendered pages; they need no script. */
import "./styles/tokens.css";
import "./styles/components.css";
