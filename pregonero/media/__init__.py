"""Files: images, videos and captions, their storage, inspection, conversion and delivery."""
