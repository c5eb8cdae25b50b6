/** Styles of the server-rendered pages, and the little that a script adds to them; they work without it. */
import "./styles/tokens.css";
import "./styles/shared.css";
import "./styles/record.css";
import "./styles/pages.css";
import "./styles/meetings.css";
import "./styles/archive.css";
import "./styles/learn.css";
import { bindCopyButtons } from "./page/copy";
import { bindKeptPapers } from "./page/kept_papers";
import { bindProgress } from "./page/progress";
import { bindSignOut } from "./page/sign_out";

bindCopyButtons(document);
bindProgress(document);
bindKeptPapers(document);
bindSignOut(document);
