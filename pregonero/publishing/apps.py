from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "pregonero.publishing"
    label = "publishing"
    verbose_name = "Publicación"

    def ready(self) -> None:
        """Register publishing as the owner of the deliveries of publications, and news as a source of them."""
        from pregonero.newsroom import followups  # noqa: PLC0415  its models load after the apps
        from pregonero.newsroom.approvals import post_texts  # noqa: PLC0415
        from pregonero.newsroom.campaigns import figures  # noqa: PLC0415
        from pregonero.outbox import subjects  # noqa: PLC0415
        from pregonero.publishing import (  # noqa: PLC0415
            campaign_figures,
            news_followups,
            news_source,
            pieces,
            sources,
        )
        from pregonero.publishing.delivery_events import PublicationHandler  # noqa: PLC0415
        from pregonero.publishing.hashtags import campaign_figures as hashtag_figures  # noqa: PLC0415
        from pregonero.publishing.live import live_followups  # noqa: PLC0415
        from pregonero.publishing.rectification import queries as rectifications  # noqa: PLC0415
        from pregonero.publishing.rectification.rectification_source import RectificationLoader  # noqa: PLC0415

        subjects.register("publication", PublicationHandler())
        sources.register(news_source.KIND, news_source.NewsLoader())
        sources.register(rectifications.KIND, RectificationLoader())
        followups.register(news_followups.followups_of)
        followups.register_live(live_followups.live_events_of)
        figures.register(campaign_figures.figures_of)
        figures.register(hashtag_figures.figures_of)
        post_texts.register(pieces.texts_of_news)
