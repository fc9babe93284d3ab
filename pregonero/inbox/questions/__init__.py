"""What a message asks for: rules that people edit, a model that learns, and the proposal of both (Q-2 to Q-5)."""
