/** Tile: one person, as picture or as initial; name and microphone on an opaque label, a ring and words while speaking. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Avatar } from "./avatar";
import { Icon } from "./icon";

/** A picture that plays; muted, because sound has its own way. */
export function Picture({ stream, fit = "cover", label, mirror }: {
  stream: MediaStream;
  fit?: "cover" | "contain";
  label: string;
  mirror?: boolean;
}): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    if (element.srcObject !== stream) element.srcObject = stream;
    // Muted pictures may always play; a refusal here only means that the element left the page meanwhile.
    element.play().catch((reason: unknown) => console.debug("picture not playing", reason));
  }, [stream]);
  return <video class={`pic pic--${fit}${mirror === true ? " pic--mirror" : ""}`} ref={video} muted playsInline autoPlay aria-label={label} />;
}

export function Tile({ id, name, stream, speaking, speakingWord, micOn, micWord, mirror, you }: {
  id: string;
  name: string;
  stream?: MediaStream | undefined;
  speaking: boolean;
  speakingWord: string;
  micOn: boolean;
  micWord: string;
  mirror?: boolean;
  /** 您 */
  you?: string | undefined;
}): JSX.Element {
  const names = ["tile"];
  if (stream === undefined) names.push("tile--audio");
  if (speaking) names.push("tile--speaking");
  return (
    <figure class={names.join(" ")}>
      {stream === undefined ? <Avatar id={id} name={name} size="l" /> : <Picture stream={stream} label={name} mirror={mirror ?? false} />}
      {speaking && <span class="tile__note">{speakingWord}</span>}
      <figcaption class="tile__label">
        <Icon name={micOn ? "mic" : "micOff"} size="s" />
        <span>{name}{you === undefined ? "" : `（${you}）`}</span>
        <span class="sr">，{micWord}</span>
      </figcaption>
    </figure>
  );
}
