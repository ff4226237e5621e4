import type { components } from "./schema";

type Schemas = components["schemas"];

export type Status = Schemas["Status"];
export type Session = Omit<Schemas["Session"], "label"> & { label: SessionLabel };
export type Role = Schemas["Role"];
export type DataScope = Schemas["DataScope"];
export type NextStep = Schemas["NextStep"];
export type User = Schemas["User"];
export type SecuritySettings = Schemas["SecuritySettings"];
export type SecurityRoleRules = Schemas["RoleRules"];
export type CodeSent = Schemas["CodeSent"];
export type ContactKind = Schemas["CodeRequest"]["kind"];
export type WeekHours = Schemas["WeekHours"];
export type SecurityPreview = Schemas["SecurityPreview"];
export type AffectedPeople = Schemas["AffectedPeople"];
export type ServiceAccount = Schemas["ServiceAccount"];
export type ApiKey = Schemas["ApiKey"];
export type SignedInDevice = Schemas["SignedInDevice"];
export type Device = Schemas["Device"];
export type DeviceRule = Schemas["DeviceRule"];
export type OwnContact = Schemas["OwnContact"];
export type LogHolder = Schemas["LogHolder"];
export type LogSettings = Schemas["LogSettings"];
export type LogSettingsView = Schemas["LogSettingsView"];
export type Keys = Schemas["Keys"];
export type Emergency = Schemas["Emergency"];
export type EmergencyRequest = Schemas["EmergencyRequest"];
export type OwnRoleUsage = Schemas["OwnRoleUsage"];
export type AccessReview = Schemas["AccessReview"];
export type AccessReviewLine = Schemas["AccessReviewLine"];
export type AccessReviewProgress = Schemas["AccessReviewProgress"];
export type AccessReviewScope = Schemas["AccessReviewScope"];
export type AccessReviewVerdict = AccessReviewLine["suggestion"];
export type PersonUsage = Schemas["PersonUsage"];
export type RoleUsage = Schemas["RoleUsage"];
export type Job = Schemas["Job"];
export type JobSchedule = Schemas["JobSchedule"];
export type KeyRotation = Schemas["KeyRotation"];
export type KeyVersion = Schemas["KeyVersion"];
export type OutboxMessage = Schemas["OutboxMessage"];
export type OutboxSettings = Schemas["OutboxSettings"];
export type OutboxSettingsBody = Schemas["OutboxSettingsBody"];
export type Connection = Schemas["Connection"];
export type IdentityProvider = Schemas["IdentityProvider"];
export type ProviderKind = Schemas["ProviderKind"];
export type GroupMapping = Schemas["GroupMapping"];
export type Named = Schemas["Named"];
/** What another record or person is called; the name is missing where one may not see it. */
export type Reference = Schemas["Reference"];
export type Handover = Schemas["Handover"];
export type MoveReach = Schemas["MoveReach"];
export type Department = Schemas["Department"];
export type FieldInfo = Schemas["FieldInfo"];
export type Fields = Schemas["FieldList"];
export type FieldValue = Schemas["FieldValue"];
/** What a client sends for a field: null takes the stored value away. */
export type FieldInput = Schemas["FieldInput"] | null;
export type Customer = Schemas["CustomerRecord"];
export type CustomerShare = Schemas["RecordShare"];
export type Explanation = Schemas["ExplanationBody"];
export type Contact = Schemas["ContactRecord"];
export type TimelineItem = Schemas["TimelineItem"];
export type Import = Schemas["Import"];
export type ImportPatch = Schemas["ImportPatch"];
export type ImportOptions = Schemas["ImportOptions"];
export type ColumnMapping = Schemas["ColumnMapping"];
export type Preview = Schemas["Preview"];
export type PreviewNote = Schemas["PreviewNote"];
export type PasskeyChallenge = Schemas["PasskeyChallenge"];
/** A credential in the JSON form of WebAuthn; opaque to the page. */
export type PasskeyCredential = Schemas["PasskeyAnswer"]["credential"];
export type FreshSession = Schemas["FreshSession"];
export type Factor = Schemas["Factor"];
export type FactorKind = Schemas["FactorKind"];
export type AuditEntry = Schemas["AuditEntry"];
export type Verification = Schemas["Verification"];

/** Money in minor units of an ISO 4217 currency. */
export interface Amount {
  minor: number;
  currency: string;
}
export type AuditYear = Schemas["AuditYear"];
export type AuditYears = Schemas["AuditYears"];
export type ExternalAuditor = Schemas["ExternalAuditor"];
export type AuditCounts = Schemas["AuditCounts"];
export type AuditChange = Schemas["AuditChange"];
export type AuditSighting = Schemas["AuditSighting"];
export type AuditQuestion = Schemas["AuditQuestion"];
export type UnusualReader = Schemas["UnusualReader"];
export type Approval = Schemas["Approval"];
export type LeavePreview = Schemas["LeavePreview"];
export type Reassignment = Schemas["Reassignment"];
export type PreparedReassignment = Schemas["PreparedReassignment"];
export type ApprovalChange = Schemas["ApprovalChange"];
export type ApprovalReplay = Schemas["ApprovalReplay"];
export type ApprovalRule = Schemas["ApprovalRule"];
export type ApprovalApprover = Schemas["ApprovalApprover"];
export type AssignedFinding = Schemas["AssignedFinding"];
export type AuditFinding = Schemas["AuditFinding"];
export type AuditFindingState = Schemas["AuditFindingState"];
export type AuditRun = Schemas["AuditRun"];
export type AuditRule = Schemas["AuditRule"];
export type AuditSettings = Schemas["AuditSettings"];
export type AccessLabel = Required<Schemas["AccessLabel"]>;
export type FieldReach = Schemas["FieldReach"];
// What a request may leave out, an answer says.
export type AccessGrant = Required<Schemas["AccessGrant"]>;
export type AccessRole = Required<Omit<Schemas["AccessRole"], "grants">> & { grants: AccessGrant[] };
export type AccessRuleWhen = Required<Schemas["AccessRuleWhen"]>;
export type AccessRuleForm = Required<Omit<Schemas["AccessRuleForm"], "when">> & { when: AccessRuleWhen };
export type AccessRule = Required<Omit<Schemas["AccessRule"], "form">> & { form: AccessRuleForm | null };
export type AccessFieldLabel = Omit<Schemas["AccessFieldLabel"], "label"> & { label: AccessLabel };
export type Compartment = Schemas["AccessCompartment"];
export type AccessObject = Schemas["AccessObject"];
export type AccessField = Schemas["AccessField"];
/** What an organisation allows and forbids by itself, as it is or would be. */
export interface AccessConfiguration {
  roles: AccessRole[];
  rules: AccessRule[];
  compartments: Compartment[];
  field_labels: AccessFieldLabel[];
}
export type AccessRules = Omit<Schemas["AccessRules"], keyof AccessConfiguration> & AccessConfiguration;
export type AccessTrial = Schemas["AccessTrial"];
export type AccessShift = Schemas["AccessShift"];
export type AccessCase = Schemas["AccessCaseInput"];
export type AccessPerson = Omit<Schemas["AccessPerson"], "clearance"> & { clearance: AccessLabel };
export type AccessTeam = Schemas["AccessTeam"];
/** At which labels somebody may work. */
export interface SessionLabel {
  clearance: AccessLabel;
  working: AccessLabel;
  compartments: Compartment[];
}
