"""An election (选举): who may stand, which ballots are valid, who is elected, who ties and how many seats stay empty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from meeting_server.domain.commands import DraftMotion
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import Candidate, CharacterStrokes, OnRoster, Preset, QuorumCheck, ReportSheet, Tally, Terms, Verdict
from meeting_server.domain.vote_terms import Base, Stance, VerdictReason, VoteMethod, WriteIns
from meeting_server.domain.votes.candidates import on_paper, people_refused, standing_refused
from meeting_server.domain.votes.kind import Check, Kind, Paper, counted
from meeting_server.domain.votes.marks import STANCES, Ballot, Person, Validity, Vote, WrittenIn, read
from meeting_server.domain.votes.rules import base_count, needed
from meeting_server.domain.votes.write_ins import Name, WrittenNames, can_be_elected, names_on, roster_of

CONFIRMED_BASES = (Base.PRESENT, Base.ENTITLED)


class Election(Kind):
    needs_officers = True
    of_people = True
    usual_rule = "election"
    printed = ()

    def rule(self, state: MeetingState, command: DraftMotion, presets: Mapping[str, Preset]) -> Preset | Rejected:
        preset = super().rule(state, command, presets)
        if isinstance(preset, Rejected) or preset.passing is None or command.terms is None:
            return preset
        passing, base = preset.passing, command.terms.base
        if preset.write_ins is WriteIns.FREE:  # the rule is older than the list to choose from
            preset = replace(preset, write_ins=WriteIns.ROSTER)
        if base is None or base == passing.base:
            return preset
        if not base_is_open(preset):
            return Rejected(Code.BASE_FIXED, "terms")
        return replace(preset, passing=replace(passing, base=base))

    def method(self, command: DraftMotion, preset: Preset) -> VoteMethod:
        return VoteMethod.SECRET

    def candidates(self, state: MeetingState, command: DraftMotion, preset: Preset) -> tuple[Candidate, ...] | Rejected:
        refused = people_refused(state, command)
        if refused is not None:
            return refused
        terms = command.terms
        if terms is None or not terms.approval_reference.strip():
            return Rejected(Code.APPROVAL_MISSING, "terms")
        if base_is_open(preset) and terms.base not in CONFIRMED_BASES:
            return Rejected(Code.BASE_UNCONFIRMED, "terms")
        if terms.seats < 1:
            return Rejected(Code.NO_SEATS, "terms")
        least = candidates_needed(terms.seats, preset.surplus_percent)
        if len(command.candidates) < least:
            return Rejected(Code.TOO_FEW_CANDIDATES, "candidates", (("needed", least), ("given", len(command.candidates))))
        return standing_refused(state, command.candidates) or on_paper(command.candidates, command.characters)

    def terms(self, command: DraftMotion, preset: Preset) -> Terms | None:
        """Record the rule's base in terms that leave it to the rule."""
        if command.terms is None:
            return None
        base = command.terms.base or (preset.passing.base if preset.passing is not None else None)
        return replace(command.terms, base=base, run_off=False)

    def may_be_written_in(self, state: MeetingState, paper: Paper) -> tuple[OnRoster, ...]:
        takes_names = paper.preset.write_ins is WriteIns.ROSTER and not (paper.terms is not None and paper.terms.run_off)
        return roster_of(state, self.entitled(state, paper)) if takes_names else ()

    def again(
        self, motion: Motion, seats: int, told: tuple[CharacterStrokes, ...] = ()
    ) -> tuple[tuple[Candidate, ...], Terms | None] | Rejected:
        """Vote on a tie among the tied alone, where the most votes win, and on missing seats among those not elected, where the majority
        decides."""
        verdict, terms = motion.verdict, motion.terms
        if terms is None or verdict is None:
            return super().again(motion, seats, told)
        missing = verdict.short or terms.seats
        if motion.reduction is not None:
            missing = motion.reduction.seats - len(verdict.elected)
        if missing < 1:
            return Rejected(Code.NOT_VOID, "motion_id")
        if not 0 <= seats <= missing:
            return Rejected(Code.OUT_OF_RANGE, "seats", (("least", 0), ("most", missing)))
        if 0 < seats < missing:
            return Rejected(Code.REDUCTION_MISSING, "seats", (("missing", missing), ("seats", seats)))
        candidates = _standing_again(motion, verdict, told)
        if isinstance(candidates, Rejected):
            return candidates
        if len(candidates) < missing:
            return Rejected(Code.TOO_FEW_CANDIDATES, "motion_id", (("needed", missing), ("given", len(candidates))))
        return candidates, replace(terms, seats=missing, run_off=bool(verdict.tied))

    def lines(self, motion: Motion) -> tuple[str, ...]:
        return tuple(str(Vote(c.candidate_id, stance)) for c in motion.candidates for stance in STANCES)

    def checks(self, motion: Motion) -> Check:
        assert motion.terms is not None
        candidates = {candidate.candidate_id for candidate in motion.candidates}
        seats, run_off, named = motion.terms.seats, motion.terms.run_off, WrittenNames(motion)

        def check(ballot: Ballot) -> Validity:
            votes_of: set[str] = set()
            chosen = against = 0
            names: list[Name] = []
            for mark in ballot:
                if isinstance(mark, Vote):
                    votes_of.add(mark.candidate_id)
                    chosen += mark.stance is Stance.FOR
                    against += mark.stance is Stance.AGAINST
                elif isinstance(mark, Person | WrittenIn):
                    names.append(mark)
                else:
                    return Validity.MALFORMED
            if not ballot or len(votes_of) + len(names) != len(ballot) or not votes_of <= candidates:
                return Validity.MALFORMED
            # write-ins only in place of somebody voted against (另选他人); none in a run-off, which is among the tied alone
            if names and (run_off or len(names) > against or not all(map(named.fits, names)) or named.twice(names)):
                return Validity.MALFORMED
            return Validity.VOID if chosen + len(names) > seats else Validity.VALID

        return check

    def refusal(self, motion: Motion, ballot: Ballot) -> Code:
        return Code.PERSON_TWICE if WrittenNames(motion).twice(names_on(ballot)) else Code.BAD_CHOICE

    def merged(self, motion: Motion, marks: Counter[str]) -> Counter[str]:
        return WrittenNames(motion).merged(marks)

    def count(self, motion: Motion, valid: Sequence[tuple[str, ...]]) -> Counter[str]:
        """Count an unmarked line as an abstention."""
        marks = counted(valid)
        for candidate in motion.candidates:
            of = [str(Vote(candidate.candidate_id, stance)) for stance in STANCES]
            marks[str(Vote(candidate.candidate_id, Stance.ABSTAIN))] += len(valid) - sum(marks[line] for line in of)
        return marks

    def adds_up(self, motion: Motion, counts: Mapping[str, int], valid: int) -> bool:
        """Check that each candidate's lines add up to the valid ballots, and that no write-in has a line of their own."""
        written = [read(line) for line in counts.keys() - set(self.lines(motion))]
        run_off, named = motion.terms is not None and motion.terms.run_off, WrittenNames(motion)
        return all(
            isinstance(mark, Person | WrittenIn) and named.fits(mark) and not run_off and named.candidate(mark) is None for mark in written
        ) and all(sum(counts.get(str(Vote(c.candidate_id, stance)), 0) for stance in STANCES) == valid for c in motion.candidates)

    def verdict(self, motion: Motion, tally: Tally, quorum: QuorumCheck | None) -> Verdict:
        """Elect those with more than half of the base, by votes, up to the seats. Equal votes for the last seat tie. In a run-off the
        most votes win. Write-ins with the right to stand are treated like candidates."""
        assert motion.terms is not None
        passing = motion.preset.passing
        assert passing is not None
        seats, run_off = motion.terms.seats, motion.terms.run_off
        base = base_count(passing.base, tally)
        least = 0 if run_off else needed(passing, base)
        if quorum is not None and not quorum.met:
            return Verdict(False, VerdictReason.NO_QUORUM_AT_CLOSE, least, passing.base, base, 0, short=seats)
        every = votes_for(tally)
        listed = {candidate.candidate_id for candidate in motion.candidates}
        barred = tuple(who for who in every if who not in listed and not can_be_elected(motion, read(who)))
        votes = {who: n for who, n in every.items() if who not in barred}
        reached = sorted(((n, who) for who, n in votes.items() if n >= least), key=lambda x: (-x[0], x[1]))
        elected = [who for _, who in reached]
        tied: list[str] = []
        if len(reached) > seats:
            last = reached[seats - 1][0]
            elected = [who for n, who in reached if n > last]
            level = [who for n, who in reached if n == last]
            if len(elected) + len(level) <= seats:
                elected += level
            else:
                tied = level
        short = seats - len(elected)
        reason = VerdictReason.TIED if tied else VerdictReason.SHORT if short else VerdictReason.ELECTED
        return Verdict(
            reason is VerdictReason.ELECTED,
            reason,
            least,
            passing.base,
            base,
            min((votes[who] for who in elected), default=0),
            elected=tuple(elected),
            tied=tuple(tied),
            short=short,
            ineligible=barred,
        )

    def report(self, motion: Motion, tally: Tally, issued: int, quorum: QuorumCheck | None) -> ReportSheet | None:
        """收回的选票等于或者少于发出的，选举有效 (选举工作条例)."""
        handed_out = issued + (motion.paper_count.issued if motion.paper_count is not None else 0) + tally.written
        enough = quorum is None or quorum.met
        return ReportSheet(handed_out, tally.cast, tally.void, enough and tally.cast <= handed_out)


def base_is_open(preset: Preset) -> bool:
    """Return whether the secretary has to choose the base: sources disagree, or the rule's base does not fit a ballot with several
    people."""
    return "passing.base" in preset.doubts or (preset.passing is not None and preset.passing.base not in CONFIRMED_BASES)


def candidates_needed(seats: int, surplus_percent: int) -> int:
    """Return how many candidates a ballot must have: ``seats`` plus the 差额, rounded up (5 seats at 20 %: 6)."""
    return seats + -(-seats * surplus_percent // 100)


def votes_for(tally: Tally) -> dict[str, int]:
    """Return the votes for each candidate id, and for each write-in by its line."""
    votes: dict[str, int] = {}
    for line, n in tally.counts:
        match read(line):
            case WrittenIn() | Person():
                votes[line] = n
            case Vote(candidate_id, Stance.FOR):
                votes[candidate_id] = n
            case _:
                pass
    return votes


def _standing_again(motion: Motion, verdict: Verdict, told: tuple[CharacterStrokes, ...]) -> tuple[Candidate, ...] | Rejected:
    """Return the tied, or those not elected, in their earlier order unless a write-in joins them."""
    names = {one.participant_id: one.name for one in motion.roster}
    joining: list[Candidate] = []
    for line in verdict.tied:
        match read(line):
            case Person(who):
                joining.append(Candidate("", names[who], participant_id=who))
            case WrittenIn(words):
                joining.append(Candidate("", words))
            case _:
                pass
    if verdict.tied:
        again = tuple(c for c in motion.candidates if c.candidate_id in verdict.tied)
    else:
        again = tuple(c for c in motion.candidates if c.candidate_id not in verdict.elected)
    if joining:
        return on_paper((*again, *joining), told)
    return tuple(replace(c, candidate_id=f"c{number}") for number, c in enumerate(again, 1))
