// The owner's API: personal links by which readers come. Times are ISO 8601, UTC, with milliseconds.

/** A personal link. */
export interface InvitationView {
  readonly id: string;
  /** Whom it invites. */
  readonly email: string;
  /** It gives access only to pages below this path, which ends with a slash; null: to all pages. */
  readonly pages: string | null;
  readonly created: string;
  readonly expires: string;
  /** When its link was first opened in a browser that runs scripts; null: never. That may have been a scanner of mail. */
  readonly opened: string | null;
  /** How many sessions were made by it: one for each browser. */
  readonly sessions: number;
  /** `used`: a reader has come by it. `read`: and was there for at least 5 s. */
  readonly state: 'unopened' | 'opened' | 'used' | 'read';
}

/** Those that aren't revoked, the newest first. */
export interface InvitationList {
  readonly invitations: readonly InvitationView[];
}

export interface CreatedInvitation extends InvitationView {
  /** Is shown only once. */
  readonly link: string;
}
