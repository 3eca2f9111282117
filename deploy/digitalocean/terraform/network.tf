locals {
  domain = var.host == "@" ? var.zone : "${var.host}.${var.zone}"
}

resource "digitalocean_vpc" "inside" {
  name     = "${var.name}-${var.region}"
  region   = var.region
  ip_range = var.network
}

# The zone has to be there already: it usually has records of others, which nothing here may destroy.
data "digitalocean_domain" "zone" {
  name = var.zone
}

resource "digitalocean_record" "site" {
  domain = data.digitalocean_domain.zone.id
  type   = "A"
  name   = var.host
  value  = digitalocean_loadbalancer.door.ip
  ttl    = 300
}

resource "digitalocean_certificate" "site" {
  name    = "${var.name}-site"
  type    = "lets_encrypt"
  domains = [local.domain]

  lifecycle {
    create_before_destroy = true
  }
}

resource "digitalocean_loadbalancer" "door" {
  name        = "${var.name}-door"
  region      = var.region
  vpc_uuid    = digitalocean_vpc.inside.id
  droplet_ids = digitalocean_droplet.front[*].id

  redirect_http_to_https = true
  # Planning with a language model takes up to 105 s without a byte.
  http_idle_timeout_seconds = 130

  forwarding_rule {
    entry_protocol   = "https"
    entry_port       = 443
    target_protocol  = "https"
    target_port      = 443
    certificate_name = digitalocean_certificate.site.name
  }

  # Whether the API of a machine lives, not whether the database answers: that would take all machines out at once.
  healthcheck {
    protocol                 = "http"
    port                     = 8081
    path                     = "/livez"
    check_interval_seconds   = 10
    response_timeout_seconds = 5
    healthy_threshold        = 2
    unhealthy_threshold      = 3
  }
}

resource "digitalocean_firewall" "front" {
  name        = "${var.name}-front"
  droplet_ids = digitalocean_droplet.front[*].id

  inbound_rule {
    protocol         = "tcp"
    port_range       = "22"
    source_addresses = var.administrators
  }
  inbound_rule {
    protocol                  = "tcp"
    port_range                = "443"
    source_load_balancer_uids = [digitalocean_loadbalancer.door.id]
  }
  inbound_rule {
    protocol                  = "tcp"
    port_range                = "8081"
    source_load_balancer_uids = [digitalocean_loadbalancer.door.id]
  }
  outbound_rule {
    protocol              = "tcp"
    port_range            = "1-65535"
    destination_addresses = ["0.0.0.0/0", "::/0"]
  }
  outbound_rule {
    protocol              = "udp"
    port_range            = "1-65535"
    destination_addresses = ["0.0.0.0/0", "::/0"]
  }
}

resource "digitalocean_firewall" "worker" {
  name        = "${var.name}-worker"
  droplet_ids = digitalocean_droplet.worker[*].id

  inbound_rule {
    protocol         = "tcp"
    port_range       = "22"
    source_addresses = var.administrators
  }
  outbound_rule {
    protocol              = "tcp"
    port_range            = "1-65535"
    destination_addresses = ["0.0.0.0/0", "::/0"]
  }
  outbound_rule {
    protocol              = "udp"
    port_range            = "1-65535"
    destination_addresses = ["0.0.0.0/0", "::/0"]
  }
}
