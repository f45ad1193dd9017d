# The parsers that read what browsers and login providers send.
codecomp_fuzz(stomp LINK gateway_pure)
codecomp_fuzz(params LINK gateway_pure)
codecomp_fuzz(sockjs LINK gateway_pure)
codecomp_fuzz(chunks LINK gateway_pure)
codecomp_fuzz(provider LINK oauth_identity gateway_pure)
