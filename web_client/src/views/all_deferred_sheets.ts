/** One chunk of the screens and sheets that come right after the room. */
import { AgendaSheet } from "./agenda_sheet";
import { AttendanceSheet } from "./attendance_sheet";
import { CaptionBar } from "./captions";
import { CaptionsSheet } from "./captions_sheet";
import { DeviceCheck } from "./device_check";
import { DocumentsSheet } from "./documents_sheet";
import type { DeferredSheets } from "./deferred_sheets";
import { KnockBanners } from "./knocks";
import { MessageSheet } from "./message_sheet";
import { MoreSheet } from "./more_sheet";
import { NetworkSheet } from "./network_sheet";
import { Outside } from "./outside";
import { PersonSheet } from "./person_sheet";
import { SettingsSheet } from "./settings_sheet";
import { WaitingRoom } from "./waiting_room";

export const allDeferredSheets: DeferredSheets = {
  WaitingRoom,
  Outside,
  AgendaSheet,
  AttendanceSheet,
  CaptionBar,
  CaptionsSheet,
  DeviceCheck,
  DocumentsSheet,
  KnockBanners,
  MessageSheet,
  MoreSheet,
  NetworkSheet,
  PersonSheet,
  SettingsSheet,
};
