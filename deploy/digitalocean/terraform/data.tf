resource "digitalocean_database_cluster" "database" {
  name                 = "${var.name}-database"
  engine               = "pg"
  version              = var.database_version
  size                 = var.database_size
  region               = var.region
  node_count           = var.database_nodes
  private_network_uuid = digitalocean_vpc.inside.id

  maintenance_window {
    day  = "sunday"
    hour = "02:00:00"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "digitalocean_database_db" "rehearsal" {
  cluster_id = digitalocean_database_cluster.database.id
  name       = "rehearsal"
}

resource "digitalocean_database_firewall" "database" {
  cluster_id = digitalocean_database_cluster.database.id

  dynamic "rule" {
    for_each = concat(digitalocean_droplet.front[*].id, digitalocean_droplet.worker[*].id)
    content {
      type  = "droplet"
      value = rule.value
    }
  }
}

resource "digitalocean_database_cluster" "queue" {
  name       = "${var.name}-queue"
  engine     = "valkey"
  version    = "8"
  size       = var.queue_size
  region     = var.region
  node_count = 1
  # A queue must not forget: when it is full, senders are told so and try again.
  eviction_policy      = "noeviction"
  private_network_uuid = digitalocean_vpc.inside.id

  maintenance_window {
    day  = "sunday"
    hour = "02:00:00"
  }
}

resource "digitalocean_database_firewall" "queue" {
  cluster_id = digitalocean_database_cluster.queue.id

  dynamic "rule" {
    for_each = concat(digitalocean_droplet.front[*].id, digitalocean_droplet.worker[*].id)
    content {
      type  = "droplet"
      value = rule.value
    }
  }
}

resource "digitalocean_spaces_bucket" "media" {
  name   = "${var.name}-media"
  region = var.region
  acl    = "private"

  # The program deletes takes when their time has come; this is for the case that it could not.
  lifecycle_rule {
    id      = "takes"
    enabled = true
    prefix  = "takes/"
    expiration {
      days = var.retention_days + 2
    }
  }
  lifecycle_rule {
    id      = "exports"
    enabled = true
    prefix  = "exports/"
    expiration {
      days = 2
    }
  }
  lifecycle_rule {
    id                                     = "unfinished"
    enabled                                = true
    abort_incomplete_multipart_upload_days = 1
  }

  lifecycle {
    prevent_destroy = true
  }
}

# With STORAGE_SIGNED_URLS=1 the page loads recordings from the bucket itself.
resource "digitalocean_spaces_bucket_cors_configuration" "media" {
  bucket = digitalocean_spaces_bucket.media.id
  region = var.region

  cors_rule {
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = ["https://${local.domain}"]
    allowed_headers = ["*"]
    expose_headers  = ["ETag"]
    max_age_seconds = 3600
  }
}

resource "digitalocean_spaces_bucket" "backups" {
  name   = "${var.name}-backups"
  region = var.region
  acl    = "private"

  lifecycle_rule {
    id                                     = "old"
    enabled                                = true
    prefix                                 = "nightly/"
    abort_incomplete_multipart_upload_days = 1
    expiration {
      days = var.backup_days
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

# May read and write these two buckets and nothing else of the account.
resource "digitalocean_spaces_key" "program" {
  name = "${var.name}-program"

  grant {
    bucket     = digitalocean_spaces_bucket.media.name
    permission = "readwrite"
  }
  grant {
    bucket     = digitalocean_spaces_bucket.backups.name
    permission = "readwrite"
  }
}
