"""Models of moderation, one file for each subject."""

from pregonero.moderation.models.community import CommunityRule, CriterionCheck, RulesVersion
from pregonero.moderation.models.decisions import Decision, Exposure, ModeratedComment, Proposal, Wave
from pregonero.moderation.models.restrictions import RestrictedPerson, RestrictionFinding, RestrictionReading

__all__ = [
    "CommunityRule", "CriterionCheck", "Decision", "Exposure", "ModeratedComment", "Proposal", "RestrictedPerson",
    "RestrictionFinding", "RestrictionReading", "RulesVersion", "Wave",
]  # fmt: skip
