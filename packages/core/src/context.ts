import { laidOver } from './attributes.ts';
import { type ConversionResult, checkConversion, conversionMissed, conversionQueued } from './bridge/conversion.ts';
import type { Payload } from './bridge/payload.ts';
import type { Experience, Variation } from './config/plan.ts';
import type { Snapshot } from './config/snapshot.ts';
import {
  type Diagnostic,
  diagnoseEntity,
  diagnoseExperience,
  diagnoseFeature,
  diagnoseGoal,
  type Question,
} from './decide/diagnose.ts';
import { type Decision, type DecisionInput, decide } from './decide/experience.ts';
import { PreparedText } from './decide/hash.ts';
import { type Decide, DependentDecisions, once, variationsOf } from './decision-sets.ts';
import type { Emitter } from './events.ts';
import type { Tallies } from './health/tallies.ts';
import { tellLocationChanges } from './location-changes.ts';
import type { Tracking } from './options.ts';
import type { Logger } from './ports.ts';
import type { PreviewRequest } from './preview.ts';
import {
  type Attributes,
  type CustomSegmentsResult,
  type DecideOptions,
  type ExperienceResult,
  type FeatureResult,
  NO_ATTRIBUTES,
  type PayloadOptions,
  type RunOptions,
} from './results.ts';
import type { EarlyConversions } from './track/early-conversions.ts';
import type { TrackConversionOptions, TrackedContext, Tracker } from './track/tracker.ts';
import type { VisitorRecord } from './visitor-record.ts';
import type { VisitorRecords } from './visitor-records.ts';

/** What a context uses of the Core that made it. */
export interface ContextHost {
  readonly snapshot: Snapshot | null;
  readonly environment: string | undefined;
  readonly tracking: Tracking;
  readonly records: VisitorRecords;
  readonly tracker: Tracker;
  readonly early: EarlyConversions;
  readonly tallies: Tallies;
  readonly emitter: Emitter;
  log: Logger['log'];
  /** The snapshot of the service's answer for one experience, drafts included; `null` when there is none. */
  findForPreview(experienceId: string): Promise<Snapshot | null>;
}

const NO_OPTIONS: DecideOptions = {};
const NO_PREVIEWS: ReadonlyMap<string, Variation> = new Map();

/** One visitor in one request or one page life. Made by `core.createContext()` or `core.loadContext()`. */
export class Context {
  readonly visitorId: string;
  readonly #host: ContextHost;
  #snapshot: Snapshot | null;
  /** The visitor's own record; while variations are previewed, `#record` is a copy that nobody else sees. */
  #ownRecord: VisitorRecord;
  #record: VisitorRecord;
  #attributes: Attributes;
  /** By experience id. */
  #previews: ReadonlyMap<string, Variation> = NO_PREVIEWS;
  #changed = false;

  constructor(host: ContextHost, record: VisitorRecord, attributes: Attributes | undefined) {
    this.#host = host;
    this.#ownRecord = record;
    this.#record = record;
    this.visitorId = record.visitorId;
    this.#snapshot = host.snapshot;
    this.#attributes = laidOver(record.attributes, attributes);
  }

  /** Stored attributes with those of this context laid over them. */
  get attributes(): Attributes {
    return Object.freeze({ ...this.#attributes });
  }

  /** Segments for reports and attribution; audience rules do not see them. */
  get defaultSegments(): Attributes {
    return this.#record.segments;
  }

  /** Merges attributes into those of this context and stores them all; later contexts of this visitor see them. */
  setAttributes(patch: Attributes): void {
    this.#useLatestRecord();
    this.#attributes = laidOver(this.#attributes, patch);
    this.#record.setAttributes(this.#attributes);
    this.#changed = true;
    this.#save();
  }

  /** Merges segments into the visitor's stored ones. */
  setSegments(patch: Attributes): void {
    this.#useLatestRecord();
    this.#record.setSegments(laidOver(NO_ATTRIBUTES, patch));
    this.#changed = true;
    this.#save();
  }

  /**
   * The visitor's variation of an experience, or `null` when the visitor has none. Remembers the decision and queues the
   * exposure, once per variation.
   *
   * @example const hero = context.runExperience('home-hero', { locationAttributes: { path: '/' } });
   */
  runExperience(key: string, options?: RunOptions): ExperienceResult | null {
    const snapshot = this.#loaded();
    const experience = snapshot?.experience(key);
    if (snapshot == null || experience === undefined) return this.#previewOf(key)?.result ?? null;
    this.#tellLocations(snapshot, options);
    const decision = this.#decide(snapshot, experience, this.#input(options, this.visitorId));
    if (typeof decision !== 'string') this.#settle(snapshot, decision, options?.enableTracking ?? true);
    this.#save();
    return typeof decision === 'string' ? null : decision.result;
  }

  /** All experiences the visitor has a variation of, in config order. */
  runExperiences(options?: RunOptions): ExperienceResult[] {
    const snapshot = this.#loaded();
    const results: ExperienceResult[] = [];
    if (snapshot === null) return results;
    this.#tellLocations(snapshot, options);
    const input = this.#input(options, new PreparedText(this.visitorId));
    const tracked = options?.enableTracking ?? true;
    const isNew = input.stored === null && !snapshot.hasRepeats;
    for (const experience of snapshot.experiences) {
      const decision = this.#decide(snapshot, experience, input);
      if (typeof decision === 'string') continue;
      this.#settle(snapshot, decision, tracked, isNew ? 'new' : null);
      results.push(decision.result);
    }
    this.#save();
    for (const preview of this.#previewsOutsideConfig()) results.push(preview.result);
    return results;
  }

  /** A feature with its typed variables, or `null` when none of the visitor's variations switches it on. */
  runFeature(key: string, options?: RunOptions): FeatureResult | null {
    const snapshot = this.#loaded();
    const feature = snapshot?.feature(key);
    if (snapshot == null || feature === undefined) return null;
    this.#tellLocations(snapshot, options);
    const input = this.#input(options, this.visitorId);
    const decide = (experience: Experience): Decision => this.#decide(snapshot, experience, input);
    const found = this.#runCarriers(snapshot, feature.id, decide, options?.enableTracking ?? true);
    this.#save();
    return found;
  }

  /** All features the visitor's variations switch on, in config order. */
  runFeatures(options?: RunOptions): FeatureResult[] {
    const snapshot = this.#loaded();
    if (snapshot === null) return [];
    this.#tellLocations(snapshot, options);
    const input = this.#input(options, new PreparedText(this.visitorId));
    const tracked = options?.enableTracking ?? true;
    // A decision that is remembered half-way must not change the next feature's: permanent audiences are asked once.
    const decideOnce = once((experience) => this.#decide(snapshot, experience, input));
    const results: FeatureResult[] = [];
    for (const feature of snapshot.features) {
      const result = this.#runCarriers(snapshot, feature.id, decideOnce, tracked);
      if (result !== null) results.push(result);
    }
    this.#save();
    return results;
  }

  /**
   * Evaluates segments by key against the visitor's attributes, with `ruleData` laid over them for this call, and records
   * those that match. Unknown keys are ignored.
   */
  runCustomSegments(
    keys: readonly string[],
    { ruleData }: { readonly ruleData?: Attributes } = {},
  ): CustomSegmentsResult {
    const snapshot = this.#loaded();
    const known = this.#record.customSegments;
    const matched: string[] = [];
    for (const key of keys) {
      const segment = snapshot?.segment(key);
      if (snapshot == null || segment === undefined) continue;
      if (known.includes(segment.id) || matched.includes(segment.id)) continue;
      if (snapshot.rulesOf(segment)(this.#attributes, ruleData ?? undefined, this.#record)) matched.push(segment.id);
    }
    if (matched.length > 0) this.setSegments({ customSegments: Object.freeze([...known, ...matched]) });
    return { matchedSegmentIds: matched, matched: matched.length > 0 };
  }

  /**
   * Queues a conversion, once per visitor and goal unless `forceMultiple`, and once per transaction in any case. Throws
   * `ConvertError` `conversion_data_invalid` for values that are neither strings nor finite numbers. With a DataStore whose
   * `add` answers later, `queued` means that the conversion counts unless another process turns out to have counted it; before
   * the config is there, that it counts as soon as it is, unless it has no such goal.
   *
   * @example context.trackConversion('purchase', { revenue: 49.99, conversionData: { transactionId: 't-1' } });
   */
  trackConversion(goalKey: string, options: TrackConversionOptions = {}): ConversionResult {
    const snapshot = this.#loaded();
    if (snapshot === null) return this.#trackLater(goalKey, options);
    const goal = snapshot.goal(goalKey);
    if (goal === undefined) return conversionMissed('goal_not_found');
    const uncounted = this.#uncounted;
    if (uncounted !== null) return conversionMissed(uncounted);
    const { tracker, records, emitter } = this.#host;
    const tracked = this.#tracked(snapshot);
    const status = tracker.conversion(tracked, goal.id, options, () => {
      records.save(tracked.record);
      emitter.emit('conversion', { visitorId: this.visitorId, goalKey });
    });
    records.save(tracked.record);
    return status === 'queued' ? conversionQueued() : conversionMissed(status);
  }

  /** Remembers a variation the visitor was shown and queues its exposure, once; ids the config does not know are ignored. */
  expose(shown: { readonly experienceId: string; readonly variationId: string }): void {
    const snapshot = this.#loaded();
    const variation = snapshot?.variation(shown.experienceId, shown.variationId);
    if (snapshot === null || variation === undefined) return;
    this.#settle(snapshot, variation, true, 'shown');
    this.#save();
  }

  /** The visitor's decisions for the browser. Only decides: remembers nothing and queues nothing. */
  toPayload(options: PayloadOptions = {}): Payload {
    const snapshot = this.#loaded();
    if (snapshot === null) return { version: 1, visitorId: this.visitorId, experiences: [], goals: [] };
    const { only } = options;
    const decide = (experience: Experience): Decision => this.#decide(snapshot, experience, input);
    const dependent = snapshot.hasExclusions ? new DependentDecisions(snapshot, this.#record, decide) : null;
    const input = this.#input(options, new PreparedText(this.visitorId), dependent ?? this.#record);
    const variations = variationsOf(
      only === undefined ? snapshot.experiences : snapshot.selected(only),
      dependent === null ? decide : (experience) => dependent.decide(experience),
    );
    const experiences = variations.map(({ assignment }) => assignment);
    const payload = { version: 1, visitorId: this.visitorId, experiences, goals: snapshot.goalKeys } as const;
    if (!this.#isPreview) {
      this.#host.tallies.handedOut(snapshot, variations, this.#record);
      return payload;
    }
    for (const preview of this.#previewsOutsideConfig()) {
      if (isSelected(preview, only)) experiences.push(preview.assignment);
    }
    const previewed = Array.from(this.#previews.values(), ({ result }) => {
      const { experienceKey, experienceId, variationKey, variationId } = result;
      return { experienceKey, experienceId, variationKey, variationId };
    });
    return { ...payload, preview: true, previewed };
  }

  /**
   * Shows this context variations, one of each experience, whatever their rules, traffic and status, and leaves no trace of
   * anything it does from then on. Ids that are empty or unknown are warned about; with none left the preview ends.
   *
   * @example await context.setPreview({ experienceId: '100334665', variationId: '1003142550' });
   */
  async setPreview(...requests: readonly PreviewRequest[]): Promise<void> {
    const found = await Promise.all(requests.map((request) => this.#findForPreview(request)));
    this.#previews = new Map(found.flatMap((variation) => (variation ? [[variation.experience.id, variation]] : [])));
    this.#record = this.#isPreview ? this.#ownRecord.detached() : this.#ownRecord;
  }

  /** Counts for `core.health()` that a variation threw; Convert is not told. Ids the config does not know are ignored. */
  reportError(thrown: { readonly experienceId: string; readonly variationId: string }): void {
    const snapshot = this.#loaded();
    const variation = snapshot?.variation(thrown.experienceId, thrown.variationId);
    if (snapshot !== null && variation !== undefined && !this.#isPreview) this.#host.tallies.threw(snapshot, variation);
  }

  /** Why an experience does or does not resolve; changes and reports nothing. */
  diagnoseExperience(key: string, options?: DecideOptions): Diagnostic {
    return this.#told(diagnoseExperience(this.#question(options), key));
  }

  /** Why a feature does or does not resolve. */
  diagnoseFeature(key: string, options?: DecideOptions): Diagnostic {
    return this.#told(diagnoseFeature(this.#question(options), key));
  }

  /** Whether a goal exists. */
  diagnoseGoal(key: string): Diagnostic {
    return this.#told(diagnoseGoal(this.#loaded(), key));
  }

  /** Whether the config has an entity; `type` may be singular or plural. */
  diagnoseEntity(type: string, keyOrId: string): Diagnostic {
    return this.#told(diagnoseEntity(this.#loaded(), type, keyOrId));
  }

  #loaded(): Snapshot | null {
    if (this.#snapshot === null && this.#host.snapshot !== null) {
      this.#snapshot = this.#host.snapshot;
      this.#catchUp();
    }
    this.#useLatestRecord();
    return this.#snapshot;
  }

  /** Counts the conversion once the config is there. */
  #trackLater(goalKey: string, { conversionData, exposed, ...rest }: TrackConversionOptions): ConversionResult {
    const uncounted = this.#uncounted;
    if (uncounted !== null) return conversionMissed(uncounted);
    // Copies: what was checked here is what is tracked then.
    const options = { ...rest, conversionData: { ...conversionData }, exposed: { ...exposed } };
    checkConversion(options);
    this.#host.early.add({
      visitorId: this.visitorId,
      prepare: async () => {
        const record = await this.#host.records.load(this.visitorId);
        if (this.#snapshot !== null) return; // it has been used meanwhile
        this.#snapshot = this.#host.snapshot;
        this.#goOnWith(record);
      },
      track: () => void this.trackConversion(goalKey, options),
    });
    return conversionQueued();
  }

  /** Another context of this visitor may have been the first to write. */
  #useLatestRecord(): void {
    const latest = this.#host.records.latest(this.#ownRecord);
    if (latest === this.#ownRecord) return;
    this.#ownRecord = latest;
    if (!this.#isPreview) this.#record = latest;
  }

  /** Reads the stored record, whose key was unknown before the config was there. */
  #catchUp(): void {
    let record: VisitorRecord;
    try {
      record = this.#host.records.get(this.visitorId);
    } catch {
      return; // an asynchronous store cannot be read now; what this context writes is laid over its record all the same
    }
    this.#goOnWith(record);
  }

  #goOnWith(record: VisitorRecord): void {
    const { attributes, segments } = this.#record;
    this.#ownRecord = record;
    this.#record = record;
    this.#attributes = laidOver(this.#record.attributes, this.#attributes);
    if (attributes !== NO_ATTRIBUTES) this.#record.setAttributes(attributes);
    if (segments !== NO_ATTRIBUTES) this.#record.setSegments(segments);
    this.#changed = attributes !== NO_ATTRIBUTES || segments !== NO_ATTRIBUTES;
    this.#save();
  }

  #input(
    options: DecideOptions | undefined,
    visitorId: DecisionInput['visitorId'],
    decided?: DecisionInput['decided'],
  ): DecisionInput {
    const record = this.#record;
    return {
      visitorId,
      attributes: this.#attributes,
      asked: options ?? NO_OPTIONS,
      environment: options?.environment ?? this.#host.environment,
      stored: record.isFresh ? null : record,
      customSegments: record.customSegments,
      decided: decided ?? record,
    };
  }

  #decide(snapshot: Snapshot, experience: Experience, input: DecisionInput): Decision {
    return this.#previews.get(experience.id) ?? decide(snapshot, experience, input);
  }

  #tellLocations(snapshot: Snapshot, options: RunOptions | undefined): void {
    if (this.#isPreview) return;
    const { emitter } = this.#host;
    if (tellLocationChanges(emitter, snapshot, this.#record, options?.locationAttributes)) this.#changed = true;
  }

  get #isTracked(): boolean {
    return this.#host.tracking !== 'off' && !this.#record.isForgotten;
  }

  /** Why nothing that this visitor does is counted, or `null`. */
  get #uncounted(): 'preview' | 'tracking_off' | null {
    if (this.#isPreview) return 'preview';
    return this.#isTracked ? null : 'tracking_off';
  }

  #tracked(snapshot: Snapshot): TrackedContext {
    return { record: this.#record, attributes: this.#attributes, snapshot };
  }

  /**
   * Remembers and reports a decision. `new`: the record is known to hold nothing about the experience; `shown`: it was
   * made earlier, for a payload.
   */
  #settle(snapshot: Snapshot, variation: Variation, tracked: boolean, made: 'new' | 'shown' | null = null): void {
    const experienceId = variation.experience.id;
    const record = this.#record;
    const host = this.#host;
    const isNew = made === 'new';
    const isRemembered = !isNew && record.variationOf(experienceId) === variation.id;
    if (!isRemembered) {
      record.bucketed(experienceId, variation.id);
      this.#changed = true;
    }
    if (this.#isPreview) return;
    if (!isRemembered && made !== 'shown') host.tallies.remembered(snapshot, variation, this.visitorId);
    if (tracked && this.#isTracked && (isNew || !record.wasExposedTo(experienceId, variation.id))) {
      record.exposedTo(experienceId, variation.id);
      this.#changed = true;
      host.tracker.exposure(this.#tracked(snapshot), variation);
    }
    if (host.emitter.has('bucketing')) {
      const { experienceKey, variationKey } = variation.result;
      host.emitter.emit('bucketing', { visitorId: this.visitorId, experienceKey, variationKey });
    }
  }

  #runCarriers(snapshot: Snapshot, featureId: string, decide: Decide, tracked: boolean): FeatureResult | null {
    for (const decision of this.#carrierDecisions(snapshot, featureId, decide)) {
      const result = featureResult(decision, featureId);
      if (result === null) continue;
      this.#settle(snapshot, decision, tracked);
      return result;
    }
    return null;
  }

  *#carrierDecisions(snapshot: Snapshot, featureId: string, decide: Decide): Generator<Variation> {
    for (const experience of snapshot.carriersOf(featureId)) {
      const decision = decide(experience);
      if (typeof decision !== 'string') yield decision;
    }
    yield* this.#previewsOutsideConfig();
  }

  #save(): void {
    if (!this.#changed) return;
    this.#changed = false;
    if (!this.#isPreview) this.#host.records.save(this.#record);
  }

  async #findForPreview({ experienceId, variationId }: PreviewRequest): Promise<Variation | null> {
    const known = this.#loaded()?.variation(experienceId, variationId);
    if (known !== undefined) return known;
    const looked = experienceId ? await this.#host.findForPreview(experienceId) : null;
    const variation = looked?.variation(experienceId, variationId);
    if (variation === undefined)
      this.#host.log('warn', 'The previewed variation does not exist.', { experienceId, variationId });
    return variation ?? null;
  }

  get #isPreview(): boolean {
    return this.#previews.size > 0;
  }

  #previewOf(experienceKey: string): Variation | undefined {
    return [...this.#previews.values()].find(({ experience }) => experience.key === experienceKey);
  }

  #previewsOutsideConfig(): Variation[] {
    const snapshot = this.#loaded();
    return [...this.#previews.values()].filter(({ experience }) => !snapshot?.experienceById(experience.id));
  }

  #question(options: DecideOptions | undefined): Question {
    const snapshot = this.#loaded();
    const input = this.#input(options, this.visitorId);
    return {
      snapshot,
      visitorId: this.visitorId,
      previewOf: (key) => this.#previewOf(key) ?? null,
      decide: (config, experience) => this.#decide(config, experience, input),
      carriers: (config, featureId) =>
        this.#carrierDecisions(config, featureId, (experience) => this.#decide(config, experience, input)),
    };
  }

  #told(found: Diagnostic): Diagnostic {
    if (!found.resolved) {
      this.#host.log('debug', found.message, { reason: found.reason, ...found.details });
      this.#host.emitter.emit('diagnostic', found);
    }
    return found;
  }
}

function featureResult(variation: Variation, featureId: string): FeatureResult | null {
  const feature = variation.assignment.features.find((carried) => carried.featureId === featureId);
  if (feature === undefined) return null;
  const { featureKey, variables } = feature;
  const { experienceKey, variationKey } = variation.result;
  return { featureKey, featureId, status: 'enabled', variables, experienceKey, variationKey };
}

function isSelected({ assignment }: Variation, only: readonly string[] | undefined): boolean {
  const { experienceKey, features } = assignment;
  return (
    only === undefined || only.includes(experienceKey) || features.some(({ featureKey }) => only.includes(featureKey))
  );
}
