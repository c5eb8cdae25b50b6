"""An election (选举): who may stand, what a ballot is, who is elected, who ties and how many seats are left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from meeting_server.domain.commands import DraftMotion
from meeting_server.domain.errors import Code, Rejected
from meeting_server.domain.state import MeetingState, Motion
from meeting_server.domain.terms import Candidate, Preset, QuorumCheck, ReportSheet, Tally, Terms, Verdict
from meeting_server.domain.vote_terms import Base, Stance, VerdictReason, VoteMethod
from meeting_server.domain.votes.candidates import on_paper, people_refused
from meeting_server.domain.votes.kind import Kind, counted
from meeting_server.domain.votes.marks import STANCES, Ballot, Validity, Vote, WrittenIn, read
from meeting_server.domain.votes.rules import base_count, needed

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
        base = command.terms.base
        if base is None or base == preset.passing.base:
            return preset
        if not base_is_open(preset):
            return Rejected(Code.BASE_FIXED, "terms")
        return replace(preset, passing=replace(preset.passing, base=base))

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
        least = candidates_needed(terms.seats, preset.surplus_percent)
        if terms.seats < 1 or len(command.candidates) < least:
            return Rejected(Code.TOO_FEW_CANDIDATES, "candidates", (("needed", least), ("given", len(command.candidates))))
        return on_paper(command.candidates)

    def terms(self, command: DraftMotion, preset: Preset) -> Terms | None:
        """Terms that leave the base to the rule are recorded with it."""
        if command.terms is None or command.terms.base is not None or preset.passing is None:
            return command.terms
        return replace(command.terms, base=preset.passing.base)

    def again(self, motion: Motion, seats: int) -> tuple[tuple[Candidate, ...], Terms | None] | Rejected:
        """A tie is voted on among the tied; missing seats among those not elected."""
        if motion.terms is None or motion.verdict is None:
            return super().again(motion, seats)
        missing = motion.verdict.short or motion.terms.seats
        if not 0 <= seats <= missing:
            return Rejected(Code.OUT_OF_RANGE, "seats", (("least", 0), ("most", missing)))
        terms = replace(motion.terms, seats=seats or missing)
        candidates = _standing_again(motion, motion.verdict)
        if len(candidates) < terms.seats:
            return Rejected(Code.TOO_FEW_CANDIDATES, "motion_id", (("needed", terms.seats), ("given", len(candidates))))
        return candidates, terms

    def lines(self, motion: Motion) -> tuple[str, ...]:
        return tuple(str(Vote(c.candidate_id, stance)) for c in motion.candidates for stance in STANCES)

    def check(self, motion: Motion, ballot: Ballot) -> Validity:
        candidates = {candidate.candidate_id for candidate in motion.candidates}
        votes = [mark for mark in ballot if isinstance(mark, Vote) and mark.candidate_id in candidates]
        names = [mark for mark in ballot if isinstance(mark, WrittenIn) and mark.fits]
        if not ballot or len(votes) + len(names) != len(ballot):
            return Validity.MALFORMED
        if len({vote.candidate_id for vote in votes}) != len(votes):
            return Validity.MALFORMED
        # another person may be written in only in place of one voted against (另选他人)
        if len(names) > sum(vote.stance is Stance.AGAINST for vote in votes):
            return Validity.MALFORMED
        assert motion.terms is not None
        chosen = len(names) + sum(vote.stance is Stance.FOR for vote in votes)
        return Validity.VOID if chosen > motion.terms.seats else Validity.VALID

    def count(self, motion: Motion, valid: Sequence[Ballot]) -> Counter[str]:
        """A line nobody marked is an abstention."""
        marks = counted(valid)
        for candidate in motion.candidates:
            of = [str(Vote(candidate.candidate_id, stance)) for stance in STANCES]
            marks[str(Vote(candidate.candidate_id, Stance.ABSTAIN))] += len(valid) - sum(marks[line] for line in of)
        return marks

    def adds_up(self, motion: Motion, counts: Mapping[str, int], valid: int) -> bool:
        """Every candidate's lines are the valid ballots; others may be written in."""
        written = [read(line) for line in counts.keys() - set(self.lines(motion))]
        return all(isinstance(mark, WrittenIn) and mark.words for mark in written) and all(
            sum(counts.get(str(Vote(c.candidate_id, stance)), 0) for stance in STANCES) == valid for c in motion.candidates
        )

    def verdict(self, motion: Motion, tally: Tally, quorum: QuorumCheck | None) -> Verdict:
        """Elected are those with more than half of the base, by votes, up to the seats; equal votes for the last seat tie.
        Those written in stand like the others, under ``w:<name>``."""
        assert motion.terms is not None
        passing = motion.preset.passing
        assert passing is not None
        seats = motion.terms.seats
        base = base_count(passing.base, tally)
        least = needed(passing, base)
        if quorum is not None and not quorum.met:
            return Verdict(False, VerdictReason.NO_QUORUM_AT_CLOSE, least, passing.base, base, 0, short=seats)
        votes = votes_for(tally)
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
        )

    def report(self, motion: Motion, tally: Tally, issued: int, quorum: QuorumCheck | None) -> ReportSheet | None:
        """收回的选票等于或者少于发出的，选举有效 (选举工作条例)."""
        handed_out = issued + (motion.paper_count.issued if motion.paper_count is not None else 0) + tally.written
        enough = quorum is None or quorum.met
        return ReportSheet(handed_out, tally.cast, tally.void, enough and tally.cast <= handed_out)


def base_is_open(preset: Preset) -> bool:
    """Whether the secretary is asked what the majority is taken of: sources disagree, or marks of a paper with several people
    have no such base."""
    return "passing.base" in preset.doubts or (preset.passing is not None and preset.passing.base not in CONFIRMED_BASES)


def candidates_needed(seats: int, surplus_percent: int) -> int:
    """How many candidates a paper must have: ``seats`` and the 差额, rounded up (5 seats at 20 %: 6)."""
    return seats + -(-seats * surplus_percent // 100)


def votes_for(tally: Tally) -> dict[str, int]:
    """Votes for each candidate id, and for each ``w:<name>``."""
    votes: dict[str, int] = {}
    for line, n in tally.counts:
        match read(line):
            case WrittenIn():
                votes[line] = n
            case Vote(candidate_id, Stance.FOR):
                votes[candidate_id] = n
            case _:
                pass
    return votes


def _standing_again(motion: Motion, verdict: Verdict) -> tuple[Candidate, ...]:
    written = [Candidate(line, mark.words) for line in verdict.tied if isinstance(mark := read(line), WrittenIn)]
    if verdict.tied:
        again = [c for c in motion.candidates if c.candidate_id in verdict.tied]
    else:
        again = [c for c in motion.candidates if c.candidate_id not in verdict.elected]
    return on_paper((*again, *written))
