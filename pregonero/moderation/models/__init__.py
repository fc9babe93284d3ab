"""Models of moderation, one file for each subject."""

from pregonero.moderation.models.author_notices import AuthorNotice
from pregonero.moderation.models.community import CommunityRule, CriterionCheck, RulesVersion
from pregonero.moderation.models.daily_close import DailyClose, SeenComment
from pregonero.moderation.models.decisions import Decision, Exposure, ModeratedComment, Proposal, Wave
from pregonero.moderation.models.list_limits import ListLimits
from pregonero.moderation.models.restrictions import (
    RestrictedPerson,
    RestrictionFinding,
    RestrictionNotice,
    RestrictionReading,
)
from pregonero.moderation.models.reviews import ReviewRequest, ReviewTerm
from pregonero.moderation.models.word_lists import (
    BlockedWordsReview,
    ListHit,
    NetworkListReading,
    NetworkListWrite,
    WordListStep,
    WordListVersion,
)

__all__ = [
    "AuthorNotice",
    "BlockedWordsReview",
    "CommunityRule",
    "CriterionCheck",
    "DailyClose",
    "Decision",
    "Exposure",
    "ListHit",
    "ListLimits",
    "ModeratedComment",
    "NetworkListReading",
    "NetworkListWrite",
    "Proposal",
    "RestrictedPerson",
    "RestrictionFinding",
    "RestrictionNotice",
    "RestrictionReading",
    "ReviewRequest",
    "ReviewTerm",
    "RulesVersion",
    "SeenComment",
    "Wave",
    "WordListStep",
    "WordListVersion",
]  # fmt: skip
