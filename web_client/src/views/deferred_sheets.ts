/** Screens and sheets that come right after the room, because they are opened by a tap or by waiting; null until they are here. */
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";

export interface DeferredSheets {
  readonly WaitingRoom: ComponentType<{ console: boolean }>;
  readonly Outside: ComponentType;
  readonly AgendaSheet: ComponentType;
  readonly AttendanceSheet: ComponentType;
  readonly CaptionBar: ComponentType;
  readonly CaptionsSheet: ComponentType;
  readonly DeviceCheck: ComponentType;
  readonly DocumentsSheet: ComponentType;
  readonly KnockBanners: ComponentType;
  readonly MessageSheet: ComponentType<{ messageId: string }>;
  readonly MoreSheet: ComponentType;
  readonly NetworkSheet: ComponentType;
  readonly PersonSheet: ComponentType<{ participantId: string }>;
  readonly SettingsSheet: ComponentType;
}
export const deferredSheets = signal<DeferredSheets | null>(null);
