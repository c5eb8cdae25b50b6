/** The page of something to be studied: resume, words in step, progress. It is readable without it. */
import { bindStudy } from "./page/study";

bindStudy(document);
